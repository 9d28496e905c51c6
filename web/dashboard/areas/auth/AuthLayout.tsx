import { Globe } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { toast } from "../../components/ui/toast.js";
import { Menu } from "../../components/ui/Menu.js";
import { useTitle } from "../../app/title.js";
import { languages, setLanguage } from "../../i18n/index.js";

function LanguageMenu() {
  const { t, i18n } = useTranslation("common");
  return (
    <Menu
      side="top"
      sections={[
        {
          items: languages.map(({ code, name }) => ({
            label: name,
            checked: i18n.language === code,
            onSelect: () => void setLanguage(code).catch(toast.failed),
          })),
        },
      ]}
      trigger={
        <button
          type="button"
          aria-label={`${t("label.language")}: ${languages.find(({ code }) => code === i18n.language)?.name ?? ""}`}
          className="inline-flex min-h-8 items-center gap-2 rounded-control px-2 text-meta text-text-2 hover:bg-surface-2 hover:text-text"
        >
          <Globe className="size-4" aria-hidden="true" />
          {languages.find(({ code }) => code === i18n.language)?.name}
        </button>
      }
    />
  );
}

/** The one column of everything before the workspace. */
export function AuthLayout({ title, lead, children }: { title: string; lead?: ReactNode; children?: ReactNode }) {
  useTitle(title);
  return (
    <div className="flex min-h-dvh flex-col">
      <main className="mx-auto my-auto flex w-full max-w-[392px] flex-col gap-6 px-4 py-10">
        <div className="flex items-center gap-2.5 font-semibold">
          <img src="/mark.svg" alt="" className="size-7" />
          Switchboard
        </div>
        <header className="flex flex-col gap-1.5">
          <h1 className="text-title font-semibold tracking-[-0.01em]">{title}</h1>
          {lead && <div className="text-text-2 [overflow-wrap:anywhere]">{lead}</div>}
        </header>
        {children}
      </main>
      <footer className="flex justify-center pb-5">
        <LanguageMenu />
      </footer>
    </div>
  );
}
