// The part of nodemailer that is used here; the package brings no types.
declare module "nodemailer" {
  type Address = { name: string; address: string };
  export type Mail = Readonly<{
    from: Address; to: Address; subject: string; text: string; html: string;
    messageId?: string; headers?: Record<string, string>; disableFileAccess?: boolean; disableUrlAccess?: boolean;
  }>;
  export type Transport = { sendMail(mail: Mail): Promise<{ message?: unknown }> };
  type StreamOptions = { streamTransport: true; buffer: true; newline: "unix" | "windows" };
  type SmtpTimeouts = { url: string; connectionTimeout: number; greetingTimeout: number; socketTimeout: number };
  const nodemailer: { createTransport(options: StreamOptions | SmtpTimeouts): Transport };
  export default nodemailer;
}
