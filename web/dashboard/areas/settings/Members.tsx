import { Ellipsis, UserPlus } from "lucide-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { queryClient } from "../../api/queryClient.js";
import { meQuery, useCan, useWorkspace } from "../../api/session.js";
import { Avatar } from "../../components/ui/Avatar.js";
import { Badge } from "../../components/ui/Badge.js";
import { Button, IconButton } from "../../components/ui/Button.js";
import { ConfirmDialog } from "../../components/ui/Dialog.js";
import { Input } from "../../components/ui/Input.js";
import { Menu, type MenuItem } from "../../components/ui/Menu.js";
import { ErrorState } from "../../components/ui/states.js";
import { Time } from "../../components/ui/Time.js";
import { toast } from "../../components/ui/toast.js";
import { useRows, useWrite, type Member, type Role } from "./data.js";
import { InvitationsCard, InviteDialog } from "./Invitations.js";
import { RoleSelect, useRoleName } from "./RoleSelect.js";
import { RowsSkeleton, SettingsPage } from "./parts.js";

interface RowProps {
  member: Member;
  roles: readonly Role[];
  /** They are the only owner: somebody has to be one. */
  lastOwner: boolean;
  onAsk: (question: Question) => void;
}
type Question = { kind: "off" | "role"; member: Member; role?: Role };

function MemberRow({ member, roles, lastOwner, onAsk }: RowProps) {
  const { t } = useTranslation("settings");
  const can = useCan();
  const write = useWrite();
  const { memberId } = useWorkspace();
  const roleName = useRoleName();
  const me = member.id === memberId;
  const signsIn = member.user_id !== null;
  const manages = can("members:manage");
  const items: MenuItem[] = member.active
    ? [{ label: t("members.deactivate"), danger: true, onSelect: () => onAsk({ kind: "off", member }) }]
    : [
        {
          label: t("members.activate"),
          onSelect: () =>
            void write("PATCH", `/members/${member.id}`, { active: true }, ["/members"]).catch(toast.failed),
        },
      ];
  return (
    <li className="flex min-h-16 flex-wrap items-center gap-x-3 gap-y-2 px-4 py-2.5">
      <Avatar name={member.name} seed={member.user_id ?? member.id} size={34} />
      <div className="min-w-0 flex-1 basis-44">
        <div className="flex flex-wrap items-center gap-x-2 gap-y-1">
          <span dir="auto" className="font-medium [overflow-wrap:anywhere]">
            {member.name}
          </span>
          {me && <Badge tone="brand">{t("members.you")}</Badge>}
          {!member.active && <Badge>{t("members.inactive")}</Badge>}
          {!signsIn && <Badge>{t("members.noSignIn")}</Badge>}
          {member.two_factor === true && <Badge tone="success">{t("members.twoFactor")}</Badge>}
        </div>
        <div className="text-meta text-text-3 [overflow-wrap:anywhere]">
          {member.email && <bdi dir="ltr">{member.email}</bdi>}
          {member.email && member.last_seen_at && " · "}
          {member.last_seen_at && (
            <>
              {t("members.seen")} <Time at={member.last_seen_at} />
            </>
          )}
        </div>
      </div>
      {manages && signsIn && member.active && !me ? (
        <RoleSelect
          className="w-40"
          label={t("members.roleOf", { name: member.name })}
          value={member.role.id}
          roles={roles}
          disabled={lastOwner}
          onChange={(role) => onAsk({ kind: "role", member, role })}
        />
      ) : (
        signsIn && <span className="text-text-2">{roleName(member.role)}</span>
      )}
      {manages && (
        <div className="w-9">
          {!me && !lastOwner && (
            <Menu
              align="end"
              sections={[{ items }]}
              trigger={
                <IconButton label={t("members.moreOf", { name: member.name })} icon={<Ellipsis aria-hidden="true" />} />
              }
            />
          )}
        </div>
      )}
      {manages && lastOwner && (
        <p className="basis-full text-meta text-text-3">{me ? t("members.lastOwnerYou") : t("members.lastOwner")}</p>
      )}
    </li>
  );
}

/** Who belongs to the workspace, who is invited. */
export function MembersPage() {
  const { t } = useTranslation("settings");
  const can = useCan();
  const write = useWrite();
  const roleName = useRoleName();
  const [params, setParams] = useSearchParams();
  const members = useRows<Member>("/members");
  const roles = useRows<Role>("/roles");
  const [inviting, setInviting] = useState(false);
  const [question, setQuestion] = useState<Question>();
  const [search, setSearch] = useState("");
  const manages = can("members:manage");
  const asked = params.get("invite") !== null;
  useEffect(() => {
    if (!asked) return;
    setInviting(true);
    setParams({}, { replace: true });
  }, [asked, setParams]);
  const owners = members.data?.filter((one) => one.active && one.user_id !== null && one.role.id === "owner") ?? [];
  const wanted = search.trim().toLocaleLowerCase();
  const shown = members.data
    ?.filter(({ name, email }) => `${name} ${email ?? ""}`.toLocaleLowerCase().includes(wanted))
    .sort((a, b) => Number(b.active) - Number(a.active) || a.name.localeCompare(b.name));
  const change = async () => {
    if (!question) return;
    const body = question.kind === "off" ? { active: false } : { role_id: question.role?.id };
    await write("PATCH", `/members/${question.member.id}`, body, ["/members", "/roles"]);
    void queryClient.invalidateQueries({ queryKey: meQuery.queryKey });
  };
  const name = question?.member.name ?? "";
  return (
    <SettingsPage
      title={t("section.members")}
      lead={t("members.lead")}
      actions={
        manages && (
          <Button variant="primary" onClick={() => setInviting(true)}>
            <UserPlus aria-hidden="true" />
            {t("invitations.add")}
          </Button>
        )
      }
    >
      {members.isPending && <RowsSkeleton />}
      {members.error && <ErrorState error={members.error} onRetry={() => void members.refetch()} />}
      {members.data && members.data.length > 8 && (
        <Input
          type="search"
          className="max-w-72"
          aria-label={t("members.search")}
          placeholder={t("members.search")}
          value={search}
          onChange={(event) => setSearch(event.target.value)}
        />
      )}
      {shown && shown.length > 0 && (
        <ul aria-label={t("section.members")} className="divide-y divide-hairline rounded-card border">
          {shown.map((member) => (
            <MemberRow
              key={member.id}
              member={member}
              roles={roles.data ?? []}
              lastOwner={owners.length === 1 && owners[0]?.id === member.id}
              onAsk={setQuestion}
            />
          ))}
        </ul>
      )}
      {shown?.length === 0 && (
        <p role="status" className="text-text-3">
          {t("common:state.noMatches")}
        </p>
      )}
      {manages && <InvitationsCard />}
      <InviteDialog open={inviting} onOpenChange={setInviting} roles={roles.data ?? []} />
      <ConfirmDialog
        open={question !== undefined}
        onOpenChange={(open) => {
          if (!open) setQuestion(undefined);
        }}
        danger={question?.kind === "off"}
        title={question?.kind === "off" ? t("members.deactivateTitle", { name }) : t("members.roleTitle", { name })}
        description={
          question?.kind === "off"
            ? t("members.deactivateText")
            : t("members.roleText", { role: question?.role ? roleName(question.role) : "" })
        }
        confirm={question?.kind === "off" ? t("members.deactivate") : t("members.roleYes")}
        onConfirm={change}
      />
    </SettingsPage>
  );
}
