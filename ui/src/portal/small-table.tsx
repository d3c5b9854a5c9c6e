import { type ChangeEvent, type ReactNode, useMemo } from 'react';

/*
 * What the list of deliveries uses of TanStack Table: rows by columns, and which are selected. The build of the portal
 * puts it in place of `@tanstack/react-table`. A name that is missing here fails the build.
 */

type Selection = Readonly<Record<string, boolean>>;

interface Column<T> {
  readonly id?: string;
  readonly cell?: (context: { readonly row: Row<T> }) => ReactNode;
}

interface Cell<T> {
  readonly id: string;
  readonly column: Column<T> & { readonly id: string };
  readonly row: Row<T>;
}

export interface Row<T> {
  readonly id: string;
  readonly original: T;
  readonly getAllCells: () => readonly Cell<T>[];
  readonly getIsSelected: () => boolean;
  readonly getToggleSelectedHandler: () => (event: ChangeEvent<HTMLInputElement>) => void;
}

interface TableOptions<T> {
  readonly columns: readonly Column<T>[];
  readonly data: readonly T[];
  readonly getRowId: (row: T) => string;
  readonly state: { readonly rowSelection: Selection };
  readonly onRowSelectionChange: (change: (selection: Selection) => Selection) => void;
}

export const rowSelectionFeature = {};

export function tableFeatures<T>(features: T): T {
  return features;
}

export function useTable<T>(options: TableOptions<T>): { readonly getRowModel: () => { readonly rows: Row<T>[] } } {
  const { columns, data, getRowId, state, onRowSelectionChange: select } = options;
  const { rowSelection } = state;
  const rows = useMemo(
    () => data.map((original) => rowOf({ id: getRowId(original), original, columns, rowSelection, select })),
    // `getRowId` is another function in each rendering, and does the same.
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [columns, data, rowSelection, select],
  );
  return { getRowModel: () => ({ rows }) };
}

interface RowParts<T> {
  readonly id: string;
  readonly original: T;
  readonly columns: readonly Column<T>[];
  readonly rowSelection: Selection;
  readonly select: TableOptions<T>['onRowSelectionChange'];
}

function rowOf<T>({ id, original, columns, rowSelection, select }: RowParts<T>): Row<T> {
  const row: Row<T> = {
    id,
    original,
    getAllCells: () =>
      columns.map((column, index) => {
        const name = column.id ?? String(index);
        return { id: `${id}_${name}`, column: { ...column, id: name }, row };
      }),
    getIsSelected: () => rowSelection[id] === true,
    getToggleSelectedHandler:
      () =>
      ({ target }) =>
        select(({ [id]: _, ...others }) => (target.checked ? { ...others, [id]: true } : others)),
  };
  return row;
}

export function FlexRender<T>({ cell: { column, row } }: { readonly cell: Cell<T> }): ReactNode {
  return column.cell?.({ row });
}
