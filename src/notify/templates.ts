import type { MailContent } from "#accounts/index.ts";

/** What a mail is made of: plain sentences and at most one link to act on. */
export type Letter = Readonly<{ subject: string; lines: readonly string[]; action?: Readonly<{ label: string; url: string }>; after?: readonly string[] }>;
export type Shop = Readonly<{ name: string; url: string }>;
export type MailLocale = "en" | "zh";

/** The words of a mail in the reader's language. */
export const letterOf = (content: MailContent, shop: Shop, locale: MailLocale): Letter => (locale === "zh" ? chinese : english)(content, shop);

/** Where a mail's link leads. Secrets stand behind a `#` where a page asks for a click: link scanners do not send it. */
function linkOf(content: MailContent, { url }: Shop): string {
  switch (content.template) {
    case "verify": return `${url}/verify#${content.token}`;
    case "reset": return `${url}/reset/${content.token}`;
    case "change-old": return `${url}/verify#change_old.${content.token}`;
    case "change-new": return `${url}/verify#change_new.${content.token}`;
    case "changed": return `${url}/verify#undo_change.${content.token}`;
    case "invite": return `${url}/sign-up#invite=${content.token}`;
    case "already": return `${url}/reset`;
    case "password-changed": return `${url}/reset`;
    case "closing": return `${url}/console/settings/data`;
    case "approval": return `${url}/admin/approvals`;
  }
}

function english(content: MailContent, shop: Shop): Letter {
  const url = linkOf(content, shop);
  switch (content.template) {
    case "verify": return {
      subject: `Confirm your address for ${shop.name}`,
      lines: ["Somebody, most likely you, made an account with this address. Confirm it to sign in."],
      action: { label: "Confirm the address", url },
      after: ["The link works once, for 24 hours. If it was not you, leave this mail alone: nothing happens without the click."],
    };
    case "already": return {
      subject: `You already have an account at ${shop.name}`,
      lines: ["Somebody tried to use this address for an account, and it has one already. Nothing has changed.", "If it was you: sign in as before, or set a new password if you have forgotten it."],
      action: { label: "Set a new password", url },
    };
    case "reset": return {
      subject: `A new password for ${shop.name}`,
      lines: ["Set a new password for your account. Every browser that is signed in will be signed out."],
      action: { label: "Set a new password", url },
      after: ["The link works once, for 30 minutes. If you did not ask for it, leave this mail alone: your password stays as it is."],
    };
    case "password-changed": return {
      subject: `Your password at ${shop.name} was changed`,
      lines: ["The password of your account was changed just now, and other browsers were signed out."],
      action: { label: "It was not me: set a new one", url },
      after: ["If it was you, there is nothing to do."],
    };
    case "change-old": return {
      subject: `Change of your address at ${shop.name}`,
      lines: [`Your account is to use ${content.newEmail} from now on. Confirm it here; the new address gets a mail of its own.`],
      action: { label: "Confirm the change", url },
      after: ["The link works once, for an hour. If it was not you, do not click, and change your password."],
    };
    case "change-new": return {
      subject: `Confirm your new address for ${shop.name}`,
      lines: ["An account is to use this address from now on. It changes as soon as the old address has confirmed too."],
      action: { label: "Confirm the address", url },
      after: ["The link works once, for an hour."],
    };
    case "changed": return {
      subject: `Your account at ${shop.name} has another address`,
      lines: [`Your account now uses ${content.newEmail}. If it was you, there is nothing to do.`],
      action: { label: "It was not me: undo", url },
      after: ["The link works for 72 hours. It brings this address back and signs every browser out."],
    };
    case "invite": return {
      subject: `You are invited to ${shop.name}`,
      lines: [content.role === "customer" ? "You can make an account with this link." : `You can make an account with this link. It will belong to the staff, in the role: ${content.role}.`],
      action: { label: "Create the account", url },
      after: ["The link works once, for 7 days."],
    };
    case "closing": return {
      subject: `Your account at ${shop.name} will be closed`,
      lines: [`Your account will be closed on ${content.on.slice(0, 10)}. Until then everything works, and you can call it off.`],
      action: { label: "Keep the account", url },
    };
    case "approval": return {
      subject: `${shop.name}: ${content.amount} for ${content.customer} waits for approval`,
      lines: [
        `${content.requester} asks for ${{ adjustment: "an adjustment", charge_refund: "the charge of a request to be given back", order_refund: "a refund" }[content.kind]} of ${content.amount} for ${content.customer}.`,
        `Reason given: ${content.reason}`,
      ],
      action: { label: "Look at it", url },
      after: [`It runs out on ${content.until.slice(0, 10)}. Nothing is moved until somebody approves it.`],
    };
  }
}

function chinese(content: MailContent, shop: Shop): Letter {
  const url = linkOf(content, shop);
  switch (content.template) {
    case "verify": return {
      subject: `请确认你在${shop.name}的邮箱`,
      lines: ["有人（应该是你）用这个邮箱注册了账号。确认邮箱后即可登录。"],
      action: { label: "确认邮箱", url },
      after: ["链接 24 小时内有效，只能使用一次。如果不是你本人操作，忽略这封邮件即可，不点击就不会发生任何事。"],
    };
    case "already": return {
      subject: `你在${shop.name}已有账号`,
      lines: ["有人试图用这个邮箱注册，而它已经有账号了。账号没有任何变化。", "如果是你本人：请照常登录；忘记密码可以重新设置。"],
      action: { label: "重设密码", url },
    };
    case "reset": return {
      subject: `重设你在${shop.name}的密码`,
      lines: ["点击下面的链接设置新密码。设置后，所有已登录的浏览器都会退出。"],
      action: { label: "设置新密码", url },
      after: ["链接 30 分钟内有效，只能使用一次。如果不是你本人操作，忽略这封邮件即可，密码不会改变。"],
    };
    case "password-changed": return {
      subject: `你在${shop.name}的密码已修改`,
      lines: ["你的账号密码刚刚被修改，其他浏览器已退出登录。"],
      action: { label: "不是我，重新设置密码", url },
      after: ["如果是你本人操作，无需处理。"],
    };
    case "change-old": return {
      subject: `更换你在${shop.name}的邮箱`,
      lines: [`你的账号将改用 ${content.newEmail}。请在这里确认；新邮箱会收到另一封邮件。`],
      action: { label: "确认更换", url },
      after: ["链接 1 小时内有效，只能使用一次。如果不是你本人操作，请不要点击，并尽快修改密码。"],
    };
    case "change-new": return {
      subject: `请确认你在${shop.name}的新邮箱`,
      lines: ["有账号将改用这个邮箱。原邮箱也确认之后，更换立即生效。"],
      action: { label: "确认邮箱", url },
      after: ["链接 1 小时内有效，只能使用一次。"],
    };
    case "changed": return {
      subject: `你在${shop.name}的账号已更换邮箱`,
      lines: [`你的账号现在使用 ${content.newEmail}。如果是你本人操作，无需处理。`],
      action: { label: "不是我，撤销更换", url },
      after: ["链接 72 小时内有效。撤销后恢复使用这个邮箱，所有浏览器都会退出登录。"],
    };
    case "invite": return {
      subject: `${shop.name}邀请你注册`,
      lines: [content.role === "customer" ? "你可以用这个链接注册账号。" : `你可以用这个链接注册账号，该账号属于店铺员工，角色为 ${content.role}。`],
      action: { label: "注册账号", url },
      after: ["链接 7 天内有效，只能使用一次。"],
    };
    case "closing": return {
      subject: `你在${shop.name}的账号即将注销`,
      lines: [`你的账号将于 ${content.on.slice(0, 10)} 注销。在此之前一切照常，也可以随时取消注销。`],
      action: { label: "保留账号", url },
    };
    case "approval": return {
      subject: `${shop.name}：${content.customer} 的 ${content.amount} 等待审批`,
      lines: [
        `${content.requester} 为 ${content.customer} 申请${{ adjustment: "调整余额", charge_refund: "退回一笔请求的费用", order_refund: "订单退款" }[content.kind]}，金额 ${content.amount}。`,
        `申请理由：${content.reason}`,
      ],
      action: { label: "查看申请", url },
      after: [`申请将于 ${content.until.slice(0, 10)} 失效。批准之前不会动用任何资金。`],
    };
  }
}
