import { useTranslation } from "react-i18next";
import type { ImportPreviewDto } from "../../../../../src/wire/contactFiles.js";
import { Checkbox } from "../../../components/ui/choices.js";
import { Combobox } from "../../../components/ui/Combobox.js";
import { Field } from "../../../components/ui/Field.js";
import { Input } from "../../../components/ui/Input.js";
import { Card, Table, Td, Th } from "../../../components/ui/layout.js";
import { Select } from "../../../components/ui/Select.js";
import { countriesIn } from "./countries.js";
import type { ImportSettings } from "./transfer.js";

const known = ["name", "phone", "email", "language", "id", "skip"] as const;
const attribute = "attribute:";
const attributeName = /^(?!__proto__$)(?!(?:id|name|phone|email|language|skip)$)[A-Za-z0-9_.-]{1,64}$/;
const whatever = "none";

const wellNamed = (column: string) =>
  !column.startsWith(attribute) || attributeName.test(column.slice(attribute.length));

/** Each thing is held by one column, and people can be told apart by one of them. */
export function columnsFit(columns: readonly string[]): boolean {
  const used = columns.filter((column) => column !== "skip");
  return (
    new Set(used).size === used.length &&
    used.every(wellNamed) &&
    used.some((column) => column === "id" || column === "phone" || column === "email")
  );
}

/** What each column of the file holds. */
export function Columns({
  name,
  preview,
  settings,
  onChange,
}: {
  name: string;
  preview: ImportPreviewDto;
  settings: ImportSettings;
  onChange: (settings: ImportSettings) => void;
}) {
  const { t, i18n } = useTranslation("contacts");
  const { column, headings, country } = settings;
  const set = (index: number, target: string) => onChange({ ...settings, column: column.with(index, target) });
  const headingOf = (index: number) => {
    const { heading = "" } = preview.columns[index] ?? {};
    return heading || t("import.column", { number: index + 1 });
  };
  const wrong = (index: number): string | undefined => {
    const target = column[index]!;
    if (target === "skip") return undefined;
    if (!wellNamed(target)) return t("attributes.badName");
    return column.indexOf(target) === index ? undefined : t("import.twice");
  };
  const findable = column.some((target) => target === "id" || target === "phone" || target === "email");
  const options = [
    ...known.slice(0, -1).map((value) => ({ value: value, label: t(`import.target.${value}`) })),
    { value: attribute, label: t("import.target.attribute") },
    { value: "skip", label: t("import.target.skip") },
  ];
  return (
    <>
      <p className="text-text-2">
        <bdi className="font-medium text-text">{name}</bdi> · {t("import.rows", { count: preview.rows })}
      </p>
      <div className="grid gap-4 sm:grid-cols-2">
        <Checkbox
          checked={headings}
          onChange={(first) => onChange({ ...settings, headings: first })}
          label={t("import.headings")}
          hint={t("import.headingsHint")}
        />
        <Field label={t("import.country")} hint={t("import.countryHint")}>
          <Combobox
            label={t("import.country")}
            value={[country ?? whatever]}
            onChange={([chosen]) => onChange({ ...settings, country: chosen === whatever ? undefined : chosen })}
            options={[{ value: whatever, label: t("import.noCountry") }, ...countriesIn(i18n.language)]}
          />
        </Field>
      </div>
      {!findable && (
        <p role="status" className="rounded-control bg-warning-soft px-3 py-2 text-warning">
          {t("import.notFindable")}
        </p>
      )}
      <Card flush>
        <Table aria-label={t("import.steps.columns")}>
          <thead>
            <tr>
              <Th>{t("import.inFile")}</Th>
              <Th>{t("import.samples")}</Th>
              <Th>{t("import.becomes")}</Th>
            </tr>
          </thead>
          <tbody>
            {preview.columns.map(({ samples }, index) => {
              const target = column[index]!;
              const own = target.startsWith(attribute);
              const heading = headingOf(index);
              return (
                <tr key={index}>
                  <Td className="font-medium">
                    <bdi className="[overflow-wrap:anywhere]">{heading}</bdi>
                  </Td>
                  <Td className="max-w-56 text-text-2">
                    {samples.slice(0, 3).map((sample, row) => (
                      <div key={row} dir="auto" className="truncate">
                        {sample || "–"}
                      </div>
                    ))}
                  </Td>
                  <Td className="sm:min-w-52">
                    <div className="flex flex-col gap-2">
                      <Select
                        label={t("import.becomesOf", { heading })}
                        value={own ? attribute : target}
                        onChange={(chosen) => set(index, chosen)}
                        options={options}
                      />
                      {own && (
                        <Input
                          dir="ltr"
                          maxLength={64}
                          aria-label={t("import.attributeOf", { heading })}
                          placeholder={t("attributes.name")}
                          value={target.slice(attribute.length)}
                          onChange={(event) => set(index, attribute + event.target.value.trim())}
                        />
                      )}
                      {wrong(index) && <p className="text-meta text-danger">{wrong(index)}</p>}
                    </div>
                  </Td>
                </tr>
              );
            })}
          </tbody>
        </Table>
      </Card>
    </>
  );
}
