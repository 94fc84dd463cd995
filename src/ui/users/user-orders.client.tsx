"use client";
import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { Card } from "#ui/kit/card.tsx";
import { Money } from "#ui/kit/money.tsx";
import { ErrorState, SkeletonText } from "#ui/kit/states.tsx";
import { Time } from "#ui/kit/time.tsx";
import { OrderStatusDot } from "#ui/orders/order-status.client.tsx";
import { PayAmount } from "#ui/orders/pay-amount.client.tsx";
import { useTRPC } from "#ui/trpc/client.client.tsx";

/** A customer's newest orders: how each stands. Only the till's people may open one. */
export function UserOrders({ userId, email, linked, limit = 10 }: { userId: string; email: string; linked: boolean; limit?: number }) {
  const trpc = useTRPC();
  const t = useTranslations("users");
  const words = useTranslations("admin-orders.columns");
  const { data, isError, refetch } = useQuery(trpc.admin.users.orders.queryOptions({ id: userId, limit }));
  return (
    <Card title={t("orders")} flush action={linked ? <Link href={`/admin/orders?q=${encodeURIComponent(email)}`} className="link text-13">{t("allOrders")}</Link> : undefined}>
      {isError && !data ? <ErrorState onRetry={() => void refetch()} /> : !data ? <div className="p-4"><SkeletonText lines={3} /></div> : data.length === 0 ? <p className="p-4 text-fg-2">{t("noOrders")}</p> : (
        <table className="tbl tbl-dense">
          <thead><tr><th scope="col">{words("number")}</th><th scope="col" className="max-sm:hidden">{words("status")}</th><th scope="col" className="num">{words("pay")}</th><th scope="col" className="num max-sm:hidden">{words("credit")}</th><th scope="col" className="num max-sm:hidden">{words("at")}</th></tr></thead>
          <tbody>
            {data.map((order) => (
              <tr key={order.id}>
                <td className="max-sm:py-1.5!"><span className="font-mono text-12">{linked ? <Link href={`/admin/orders/${order.id}`} className="hover:underline">{order.number}</Link> : order.number}</span><span className="block sm:hidden"><OrderStatusDot status={order.status} state={order.state} /></span></td>
                <td className="max-sm:hidden"><OrderStatusDot status={order.status} state={order.state} /></td>
                <td className="num"><PayAmount text={order.payText} currency={order.currency} /></td>
                <td className="num max-sm:hidden"><Money nano={order.creditNano} as="total" /></td>
                <td className="num text-fg-2 max-sm:hidden"><Time at={order.createdAt} /></td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Card>
  );
}
