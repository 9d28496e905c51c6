import { useQuery } from "@tanstack/react-query";
import { Monitor, Smartphone } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { call } from "../../api/client.js";
import { queryClient } from "../../api/queryClient.js";
import { meQuery, useMe } from "../../api/session.js";
import { Badge } from "../../components/ui/Badge.js";
import { Button } from "../../components/ui/Button.js";
import { ConfirmDialog } from "../../components/ui/Dialog.js";
import { Field } from "../../components/ui/Field.js";
import { PasswordInput } from "../../components/ui/Input.js";
import { Card } from "../../components/ui/layout.js";
import { ProblemNote } from "../../components/ui/ProblemNote.js";
import { ErrorState } from "../../components/ui/states.js";
import { Time } from "../../components/ui/Time.js";
import { toast } from "../../components/ui/toast.js";
import { useForm } from "../../components/ui/useForm.js";
import { type Session } from "./data.js";
import { RowsSkeleton, SettingsPage } from "./parts.js";
import { TwoFactorCard } from "./TwoFactor.js";

function PasswordCard() {
  const { t } = useTranslation("settings");
  const me = useMe();
  const [current, setCurrent] = useState("");
  const [next, setNext] = useState("");
  const form = useForm({
    check: () => ({
      current: me.has_password && current === "" ? t("check.password") : undefined,
      next: next.length < 8 ? t("check.passwordShort") : undefined,
    }),
    run: async () => {
      await call("/me/password", { method: "POST", body: { next, ...(me.has_password ? { current } : {}) } });
      setCurrent("");
      setNext("");
      void queryClient.invalidateQueries({ queryKey: meQuery.queryKey });
      void queryClient.invalidateQueries({ queryKey: ["sessions"] });
      toast.done(t("security.passwordDone"));
    },
  });
  return (
    <Card title={t("security.password")}>
      <form noValidate onSubmit={form.submit} className="flex flex-col gap-4">
        <ProblemNote
          error={form.problem}
          sentence={form.problem?.reason === "wrong_password" ? t("security.wrongPassword") : undefined}
        />
        <input type="text" name="username" autoComplete="username" value={me.email} readOnly hidden />
        <div className="grid gap-4 sm:grid-cols-2">
          {me.has_password && (
            <Field label={t("security.current")} error={form.errors.current}>
              <PasswordInput
                autoComplete="current-password"
                value={current}
                onChange={(event) => setCurrent(event.target.value)}
              />
            </Field>
          )}
          <Field label={t("security.next")} hint={t("security.nextHint")} error={form.errors.next}>
            <PasswordInput autoComplete="new-password" value={next} onChange={(event) => setNext(event.target.value)} />
          </Field>
        </div>
        <Button type="submit" busy={form.busy} className="self-start">
          {me.has_password ? t("security.change") : t("security.set")}
        </Button>
      </form>
    </Card>
  );
}

const phone = /Mobile|Android|iPhone|iPad/;

/** "Firefox · Linux" of what a browser says of itself. */
function browserOf(agent: string | null): string | undefined {
  if (agent === null) return undefined;
  const name = /(Edg|OPR|Firefox|Chrome|Safari)\//.exec(agent)?.[1];
  const system = /(Windows|Android|iPhone|iPad|Mac OS X|Linux|CrOS)/.exec(agent)?.[1];
  const names: Record<string, string> = { Edg: "Edge", OPR: "Opera", "Mac OS X": "macOS", CrOS: "ChromeOS" };
  const parts = [name, system].filter((part) => part !== undefined).map((part) => names[part] ?? part);
  return parts.length > 0 ? parts.join(" · ") : agent.slice(0, 60);
}

function SessionsCard() {
  const { t } = useTranslation("settings");
  const [ending, setEnding] = useState<Session | "others">();
  const sessions = useQuery({
    queryKey: ["sessions"],
    queryFn: ({ signal }) => call<{ data: Session[] }>("/me/sessions", { signal }),
    select: ({ data }) => [...data].sort((a, b) => Number(b.current) - Number(a.current)),
  });
  const end = async () => {
    await call(ending === "others" ? "/me/sessions" : `/me/sessions/${ending?.id ?? ""}`, { method: "DELETE" });
    await queryClient.invalidateQueries({ queryKey: ["sessions"] });
  };
  const others = sessions.data?.some(({ current }) => !current) ?? false;
  return (
    <Card
      title={t("security.sessions")}
      flush
      actions={
        others ? (
          <Button size="sm" onClick={() => setEnding("others")}>
            {t("security.endOthers")}
          </Button>
        ) : null
      }
    >
      {sessions.isPending && <RowsSkeleton rows={2} />}
      {sessions.error && <ErrorState error={sessions.error} onRetry={() => void sessions.refetch()} />}
      <ul className="divide-y divide-hairline">
        {sessions.data?.map((session) => {
          const Icon = phone.test(session.agent ?? "") ? Smartphone : Monitor;
          return (
            <li key={session.id} className="flex min-h-14 flex-wrap items-center gap-3 px-4 py-2.5">
              <Icon className="size-5 shrink-0 text-text-3" strokeWidth={1.5} aria-hidden="true" />
              <div className="min-w-0 flex-1">
                <div className="flex flex-wrap items-center gap-2 font-medium">
                  {browserOf(session.agent) ?? t("security.unknown")}
                  {session.current && <Badge tone="brand">{t("security.thisOne")}</Badge>}
                </div>
                <div className="text-meta text-text-3">
                  {session.address && (
                    <>
                      <bdi dir="ltr">{session.address}</bdi> ·{" "}
                    </>
                  )}
                  {t("security.seen")} <Time at={session.last_seen_at} /> · {t("security.since")}{" "}
                  <Time at={session.created_at} as="date" />
                </div>
              </div>
              {!session.current && (
                <Button size="sm" onClick={() => setEnding(session)}>
                  {t("security.end")}
                </Button>
              )}
            </li>
          );
        })}
      </ul>
      <ConfirmDialog
        open={ending !== undefined}
        onOpenChange={(open) => {
          if (!open) setEnding(undefined);
        }}
        title={ending === "others" ? t("security.endOthers") : t("security.endTitle")}
        description={t("security.endText")}
        confirm={t("security.end")}
        onConfirm={end}
      />
    </Card>
  );
}

/** Password, second factor, and where I am signed in. */
export function SecurityPage() {
  const { t } = useTranslation("settings");
  return (
    <SettingsPage title={t("section.security")} lead={t("security.lead")}>
      <PasswordCard />
      <TwoFactorCard />
      <SessionsCard />
    </SettingsPage>
  );
}
