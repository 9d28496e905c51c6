import { useState } from "react";
import { useTranslation } from "react-i18next";
import { call } from "../../api/client.js";
import { queryClient } from "../../api/queryClient.js";
import { meQuery, useAuthState, useMe, type Me } from "../../api/session.js";
import { saveMyLanguage } from "../../app/myPreferences.js";
import { Avatar } from "../../components/ui/Avatar.js";
import { Badge } from "../../components/ui/Badge.js";
import { Button } from "../../components/ui/Button.js";
import { Field } from "../../components/ui/Field.js";
import { Input } from "../../components/ui/Input.js";
import { Card } from "../../components/ui/layout.js";
import { ProblemNote } from "../../components/ui/ProblemNote.js";
import { Select } from "../../components/ui/Select.js";
import { toast } from "../../components/ui/toast.js";
import { useForm } from "../../components/ui/useForm.js";
import { languages } from "../../i18n/index.js";
import { SettingsPage, Setting } from "./parts.js";

function NameForm() {
  const { t } = useTranslation("settings");
  const me = useMe();
  const [name, setName] = useState(me.name);
  const form = useForm({
    check: () => ({ name: name.trim() === "" ? t("check.name") : undefined }),
    run: async () => {
      queryClient.setQueryData(
        meQuery.queryKey,
        await call<Me>("/me", { method: "PATCH", body: { name: name.trim() } }),
      );
      toast.done(t("state.saved"));
    },
  });
  return (
    <form noValidate onSubmit={form.submit} className="flex flex-col gap-3">
      <ProblemNote error={form.problem} />
      <div className="flex items-end gap-4">
        <Avatar name={name} seed={me.id} size={56} />
        <Field label={t("profile.name")} error={form.errors.name} className="max-w-80 flex-1">
          <Input
            autoComplete="name"
            dir="auto"
            maxLength={100}
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
        </Field>
        <Button type="submit" variant="primary" busy={form.busy} disabled={name.trim() === me.name}>
          {t("action.save")}
        </Button>
      </div>
    </form>
  );
}

function EmailSetting() {
  const { t } = useTranslation("settings");
  const me = useMe();
  const { data: state } = useAuthState();
  const [sent, setSent] = useState(false);
  const form = useForm({
    run: async () => {
      await call("/me/email/verification", { method: "POST" });
      setSent(true);
    },
  });
  return (
    <div className="flex flex-col gap-3">
      <Setting
        label={t("profile.email")}
        hint={
          <span dir="ltr" className="break-all">
            {me.email}
          </span>
        }
      >
        <div className="flex flex-wrap items-center gap-2">
          <Badge tone={me.email_verified ? "success" : "warning"} dot>
            {me.email_verified ? t("profile.verified") : t("profile.unverified")}
          </Badge>
          {!me.email_verified && state?.mail && (
            <Button size="sm" busy={form.busy} disabled={sent} onClick={() => void form.submit()}>
              {t("profile.verify")}
            </Button>
          )}
        </div>
      </Setting>
      <ProblemNote error={form.problem} />
      {sent && (
        <p role="status" className="text-meta text-text-2">
          {t("profile.verifySent")}
        </p>
      )}
      {!me.email_verified && state?.mail === false && <p className="text-meta text-text-3">{t("profile.noMail")}</p>}
    </div>
  );
}

/** Who I am. */
export function ProfilePage() {
  const { t } = useTranslation("settings");
  const me = useMe();
  return (
    <SettingsPage title={t("section.profile")} lead={t("profile.lead")}>
      <Card>
        <div className="flex flex-col gap-6">
          <NameForm />
          <EmailSetting />
          <Setting label={t("profile.language")} hint={t("profile.languageHint")}>
            <Select
              className="w-56"
              label={t("profile.language")}
              value={me.language}
              onChange={(language) => void saveMyLanguage(language).catch(toast.failed)}
              options={languages.map(({ code, name }) => ({ value: code, label: name }))}
            />
          </Setting>
        </div>
      </Card>
    </SettingsPage>
  );
}
