import {
  Activity, BookText, Boxes, ChartColumn, Clapperboard, House, KeyRound, Layers, LayoutDashboard, List, Megaphone, ReceiptText, Route, Scale, ScrollText, Settings, SquareTerminal, Stamp,
  Ticket, UserCog, Users, Wallet, type LucideIcon,
} from "lucide-react";
import type { AdminKey, ConsoleKey } from "#ui/layout/navigation.ts";

const ICONS: Readonly<Record<AdminKey | ConsoleKey, LucideIcon>> = {
  overview: House, keys: KeyRound, playground: SquareTerminal, usage: ChartColumn, requests: List, wallet: Wallet, models: Boxes, settings: Settings,
  dashboard: LayoutDashboard, users: Users, groups: Layers, orders: ReceiptText, codes: Ticket, channels: Route, prices: BookText, ledger: Scale,
  audit: ScrollText, staff: UserCog, health: Activity, approvals: Stamp, incidents: Megaphone, tasks: Clapperboard,
};

export function NavIcon({ name, size = 16 }: { name: AdminKey | ConsoleKey; size?: number }) {
  const Icon = ICONS[name];
  return <Icon size={size} strokeWidth={1.75} aria-hidden="true" />;
}
