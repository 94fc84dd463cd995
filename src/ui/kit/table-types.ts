import type { ReactNode } from "react";
import type { MenuItem } from "#ui/kit/menu.client.tsx";

export type Column<Row> = Readonly<{
  id: string;
  header: ReactNode;
  cell: (row: Row) => ReactNode;
  align?: "left" | "right";
  /** Pixels (`120px`) or a share (`30%`). */
  width?: string;
  /** Offered for columns with an index only; the caller keeps the order. */
  sort?: Readonly<{ direction?: "asc" | "desc" | undefined; onSort: () => void }>;
  hideBelow?: "lg" | "xl";
}>;

export type TableState = "loading" | "ready" | "error" | "stale";

export type PagerProps = Readonly<{
  hasPrevious: boolean;
  hasNext: boolean;
  onPrevious: () => void;
  onNext: () => void;
  size?: number;
  onSize?: (size: number) => void;
  /** What a rollup knows, such as "about 1.2 M"; rows are never counted for it. */
  total?: ReactNode;
}>;

export type Selection = Readonly<{ selected: ReadonlySet<string>; onChange: (selected: ReadonlySet<string>) => void }>;

export type DataTableProps<Row> = Readonly<{
  columns: readonly Column<Row>[];
  rows: readonly Row[] | undefined;
  rowKey: (row: Row) => string;
  state: TableState;
  error?: Readonly<{ text?: string | undefined; requestId?: string | undefined }> | undefined;
  onRetry?: () => void;
  /** When the rows shown were read: for the stale state. */
  updatedAt?: Date | undefined;
  empty: ReactNode;
  filtered: boolean;
  onClearFilters?: () => void;
  /** One row on a phone: title, state, two figures. It stands inside a link or button and holds none itself. */
  card: (row: Row) => ReactNode;
  /** Opens the row's drawer. The first column's cell becomes the button, so it must hold no button or link itself. */
  onOpen?: (row: Row) => void;
  /** Closes it again; for Esc in the list. */
  onClose?: () => void;
  openKey?: string | null;
  /** The row's own page: link in the first column, Enter on an open row. */
  href?: (row: Row) => string;
  pager?: PagerProps;
  selection?: Selection;
  rowMenu?: (row: Row) => readonly MenuItem[];
  density?: "comfortable" | "compact";
  label: string;
}>;
