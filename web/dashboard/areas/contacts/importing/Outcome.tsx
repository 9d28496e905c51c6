import { Download } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Button } from "../../../components/ui/Button.js";
import { Card, Table, Td, Th } from "../../../components/ui/layout.js";
import { saveFile, toCsv } from "../../settings/files.js";
import type { ImportSum } from "./transfer.js";

/** Refused rows that are shown; all of them are in the file. */
const shownMost = 50;

/** How far it is. */
export function Progress({ sum }: { sum: ImportSum | undefined }) {
  const { t, i18n } = useTranslation("contacts");
  const share = sum ? Math.round((100 * sum.done) / sum.rows) : 0;
  const number = (value: number) => new Intl.NumberFormat(i18n.language).format(value);
  return (
    <div className="flex flex-col gap-2 py-6">
      <p role="status" className="tabular text-text-2">
        {sum ? t("import.progress", { done: number(sum.done), count: sum.rows }) : t("import.sending")}
      </p>
      <div
        role="progressbar"
        aria-label={t("import.title")}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={share}
        className="h-1.5 overflow-hidden rounded-full bg-surface-2"
      >
        <div className="h-full bg-brand" style={{ width: `${share}%` }} />
      </div>
      <p className="text-meta text-text-3">{t("import.stay")}</p>
    </div>
  );
}

/** What an import came to, or would come to. */
export function Outcome({ sum, done, headings }: { sum: ImportSum; done: boolean; headings: readonly string[] }) {
  const { t, i18n } = useTranslation("contacts");
  const number = (value: number) => new Intl.NumberFormat(i18n.language).format(value);
  const columnOf = (column: number | null) =>
    column === null ? "" : headings[column] || t("import.column", { number: column + 1 });
  const figures = [
    ["new", sum.created],
    ["changed", sum.changed],
    ["unchanged", sum.unchanged],
    ["refused", sum.refused.length],
  ] as const;
  const keep = () =>
    saveFile(
      "refused-rows.csv",
      toCsv([
        [t("import.row"), t("import.inFile"), t("import.why")],
        ...sum.refused.map(({ row, column, reason }) => [row, columnOf(column), t(`import.refusal.${reason}`)]),
      ]),
      "text/csv",
    );
  return (
    <>
      <p role="status" className="text-text-2">
        {done ? t("import.doneText") : t("import.checkText")}
      </p>
      <dl className="grid grid-cols-2 gap-3 sm:grid-cols-4">
        {figures.map(([name, value]) => (
          <div key={name} className="rounded-card border px-4 py-3">
            <dt className="text-meta text-text-3">{t(`import.figure.${name}`)}</dt>
            <dd className="tabular text-figure font-semibold">{number(value)}</dd>
          </div>
        ))}
      </dl>
      {sum.refused.length > 0 && (
        <Card
          flush
          title={t("import.refusedRows")}
          actions={
            <Button size="sm" onClick={keep}>
              <Download aria-hidden="true" />
              {t("import.keep")}
            </Button>
          }
        >
          <Table aria-label={t("import.refusedRows")}>
            <thead>
              <tr>
                <Th>{t("import.row")}</Th>
                <Th>{t("import.inFile")}</Th>
                <Th>{t("import.why")}</Th>
              </tr>
            </thead>
            <tbody>
              {sum.refused.slice(0, shownMost).map(({ row, column, reason }) => (
                <tr key={row}>
                  <Td className="tabular">{number(row)}</Td>
                  <Td>
                    <bdi>{columnOf(column) || "–"}</bdi>
                  </Td>
                  <Td>{t(`import.refusal.${reason}`)}</Td>
                </tr>
              ))}
            </tbody>
          </Table>
          {sum.refused.length > shownMost && (
            <p className="border-t px-4 py-2.5 text-meta text-text-3">
              {t("import.moreRefused", { count: sum.refused.length - shownMost })}
            </p>
          )}
        </Card>
      )}
    </>
  );
}
