import { useTranslation } from "react-i18next";
import { Button } from "../../components/ui/Button.js";
import { Banner } from "../../components/ui/states.js";

/** Says that texts are covered, with a button that has the server show them; without, for whoever may not read them. */
export function Covered({ text, open, onOpen }: { text: string; open: boolean; onOpen: () => void }) {
  const { t } = useTranslation("operations");
  return (
    <Banner
      action={
        !open && (
          <Button size="sm" onClick={onOpen}>
            {t("quarantine.showAll")}
          </Button>
        )
      }
    >
      {open ? t("quarantine.notForYou") : text}
    </Banner>
  );
}
