import { useMediaQuery } from "@mantine/hooks";
import type { ReactNode } from "react";

/** A column of a table. */
export interface Column<Row> {
  readonly key: string;
  readonly title: string;
  readonly cell: (row: Row) => ReactNode;
  /** Numbers stand at the end. */
  readonly end?: boolean;
}

/** What a table shows. */
export interface DataTableProps<Row> {
  /** Says what it lists, to a screen reader. */
  readonly label: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly id: (row: Row) => string;
}

/** Says a role again that `display` takes away from the parts of a table in some browsers. */
const as = (role: string) => ({ role });

/** From this many columns on a table needs a desk, not a tablet. */
const many = 5;
const narrow = { few: "(max-width: 40em)", many: "(max-width: 76em)" };

/** A table that becomes a list of cards where its columns have no room, each cell with the name of its column. */
export function DataTable<Row>({ label, columns, rows, id }: DataTableProps<Row>) {
  const cards = useMediaQuery(columns.length < many ? narrow.few : narrow.many, undefined, {
    getInitialValueInEffect: false,
  });
  return (
    <table className={cards ? "volens-table volens-cards" : "volens-table"} aria-label={label} {...as("table")}>
      <thead>
        <tr>
          {columns.map((column) => (
            <th key={column.key} scope="col" className={column.end ? "volens-end" : undefined}>
              {column.title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={id(row)} {...as("row")}>
            {columns.map((column) => (
              <td
                key={column.key}
                data-label={column.title}
                {...as("cell")}
                className={column.end ? "volens-end" : undefined}
              >
                {column.cell(row)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
