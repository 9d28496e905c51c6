import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useAuthState } from "../../api/session.js";
import { Button } from "../../components/ui/Button.js";
import { CopyField } from "../../components/ui/Copy.js";
import { ConfirmDialog, Dialog } from "../../components/ui/Dialog.js";
import { Field } from "../../components/ui/Field.js";
import { Input } from "../../components/ui/Input.js";
import { Card } from "../../components/ui/layout.js";
import { ProblemNote } from "../../components/ui/ProblemNote.js";
import { ErrorState } from "../../components/ui/states.js";
import { Time } from "../../components/ui/Time.js";
import { toast } from "../../components/ui/toast.js";
import { isEmail, useForm } from "../../components/ui/useForm.js";
import { useRows, useWrite, type Invitation, type Role } from "./data.js";
import { RowsSkeleton } from "./parts.js";
import { RoleSelect, useRoleName } from "./RoleSelect.js";

type Created = Invitation & { link: string };

function LinkShown({
  made,
  onAgain,
  onDone,
}: {
  made: Created;
  onAgain?: (() => void) | undefined;
  onDone: () => void;
}) {
  const { t } = useTranslation("settings");
  const { data: state } = useAuthState();
  return (
    <div className="flex flex-col gap-4 pt-1">
      <p>
        {state?.mail
          ? t("invitations.mailed", { email: made.email })
          : t("invitations.notMailed", { email: made.email })}
      </p>
      <Field label={t("invitations.link")} hint={t("invitations.linkHint")}>
        <CopyField value={made.link} />
      </Field>
      <div className="flex flex-wrap justify-end gap-2">
        {onAgain && <Button onClick={onAgain}>{t("invitations.another")}</Button>}
        <Button variant="primary" onClick={onDone}>
          {t("action.done")}
        </Button>
      </div>
    </div>
  );
}

function InviteForm({ roles, onMade }: { roles: readonly Role[]; onMade: (made: Created) => void }) {
  const { t } = useTranslation("settings");
  const write = useWrite();
  const [email, setEmail] = useState("");
  const [roleId, setRoleId] = useState("agent");
  const form = useForm({
    check: () => ({ email: isEmail(email) ? undefined : t("check.email") }),
    run: async () =>
      onMade(await write<Created>("POST", "/invitations", { email: email.trim(), role_id: roleId }, ["/invitations"])),
  });
  const role = roles.find(({ id }) => id === roleId);
  const hints: Record<string, string> = {
    owner: t("roleHint.owner"),
    admin: t("roleHint.admin"),
    agent: t("roleHint.agent"),
    viewer: t("roleHint.viewer"),
  };
  return (
    <form noValidate onSubmit={form.submit} className="flex flex-col gap-4 pt-1">
      <ProblemNote error={form.problem} />
      <Field label={t("invitations.email")} error={form.errors.email}>
        <Input
          type="email"
          autoComplete="off"
          dir="ltr"
          value={email}
          onChange={(event) => setEmail(event.target.value)}
        />
      </Field>
      <Field label={t("members.role")} hint={role && hints[role.id]} error={form.errors.role_id}>
        <RoleSelect value={roleId} roles={roles} onChange={({ id }) => setRoleId(id)} />
      </Field>
      <Button type="submit" variant="primary" busy={form.busy} className="self-end">
        {t("invitations.submit")}
      </Button>
    </form>
  );
}

/** Invites somebody by address and role; the link is shown, so that it works without mail. */
export function InviteDialog({
  open,
  onOpenChange,
  roles,
}: {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  roles: readonly Role[];
}) {
  const { t } = useTranslation("settings");
  const [made, setMade] = useState<Created>();
  const close = () => {
    onOpenChange(false);
    setMade(undefined);
  };
  return (
    <Dialog
      open={open}
      onOpenChange={(next) => {
        if (!next) close();
      }}
      title={made ? t("invitations.done") : t("invitations.add")}
    >
      {made ? (
        <LinkShown made={made} onAgain={() => setMade(undefined)} onDone={close} />
      ) : (
        <InviteForm roles={roles} onMade={setMade} />
      )}
    </Dialog>
  );
}

/** Invitations nobody has taken up yet. */
export function InvitationsCard() {
  const { t } = useTranslation("settings");
  const write = useWrite();
  const roleName = useRoleName();
  const invitations = useRows<Invitation>("/invitations");
  const [again, setAgain] = useState<Created>();
  const [busy, setBusy] = useState<string>();
  const [revoking, setRevoking] = useState<Invitation>();
  const resend = async (invitation: Invitation) => {
    setBusy(invitation.id);
    try {
      setAgain(await write<Created>("POST", `/invitations/${invitation.id}/resend`, undefined, ["/invitations"]));
    } catch (error) {
      toast.failed(error);
    } finally {
      setBusy(undefined);
    }
  };
  if (invitations.isPending) return <RowsSkeleton rows={2} />;
  if (invitations.error)
    return <ErrorState inline error={invitations.error} onRetry={() => void invitations.refetch()} />;
  return (
    <Card title={t("invitations.title")} flush>
      {invitations.data.length === 0 && <p className="px-4 py-3 text-text-3">{t("invitations.none")}</p>}
      <ul className="divide-y divide-hairline">
        {invitations.data.map((invitation) => (
          <li key={invitation.id} className="flex min-h-14 flex-wrap items-center gap-x-3 gap-y-2 px-4 py-2.5">
            <div className="min-w-0 flex-1 basis-52">
              <bdi dir="ltr" className="font-medium break-all">
                {invitation.email}
              </bdi>
              <div className="text-meta text-text-3">
                {roleName(invitation.role)} · {t("invitations.by", { name: invitation.invited_by })} ·{" "}
                {t("invitations.until")} <Time at={invitation.expires_at} as="date" />
              </div>
            </div>
            <Button size="sm" busy={busy === invitation.id} onClick={() => void resend(invitation)}>
              {t("invitations.resend")}
            </Button>
            <Button size="sm" onClick={() => setRevoking(invitation)}>
              {t("invitations.revoke")}
            </Button>
          </li>
        ))}
      </ul>
      <Dialog
        open={again !== undefined}
        onOpenChange={(open) => {
          if (!open) setAgain(undefined);
        }}
        title={t("invitations.newLink")}
      >
        {again && <LinkShown made={again} onDone={() => setAgain(undefined)} />}
      </Dialog>
      <ConfirmDialog
        open={revoking !== undefined}
        onOpenChange={(open) => {
          if (!open) setRevoking(undefined);
        }}
        title={t("invitations.revokeTitle", { email: revoking?.email ?? "" })}
        description={t("invitations.revokeText")}
        confirm={t("invitations.revoke")}
        onConfirm={() => write("DELETE", `/invitations/${revoking?.id ?? ""}`, undefined, ["/invitations"])}
      />
    </Card>
  );
}
