import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { CircleCheck, Circle } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { z } from "zod";
import type { conversationDto, messageDto } from "../../../../../src/wire/inbox.js";
import { useCan } from "../../../api/session.js";
import { useCall } from "../../../api/workspaceCall.js";
import { Button, buttonLook } from "../../../components/ui/Button.js";
import { cx } from "../../../components/ui/cx.js";
import { Field } from "../../../components/ui/Field.js";
import { Input } from "../../../components/ui/Input.js";
import { ProblemNote } from "../../../components/ui/ProblemNote.js";
import { Banner } from "../../../components/ui/states.js";
import { useEvents } from "../../../realtime/connection.js";
import { usePaths } from "../paths.js";
import { useChannelsKey } from "../queries.js";
import type { StepProps } from "./WizardPage.js";

type Conversation = z.infer<typeof conversationDto>;
type Message = z.infer<typeof messageDto>;
const arrived: readonly string[] = ["sent", "delivered", "read"];

/** The newest conversation of the account, and whether something of ours went out in it. */
function useRoundTrip(channelId: string, enabled: boolean) {
  const call = useCall();
  const client = useQueryClient();
  const queryKey = [...useChannelsKey(), "trip", channelId];
  useEvents("message.", () => void client.invalidateQueries({ queryKey }));
  const query = useQuery({
    queryKey,
    enabled,
    refetchInterval: 4_000,
    async queryFn({ signal }) {
      const found = await call<{ data: Conversation[] }>("/conversations", {
        query: { channel_account_id: channelId, limit: 1 },
        signal,
      });
      const conversation = found.data[0];
      if (!conversation) return { conversation: null, messages: [] };
      const { data } = await call<{ data: Message[] }>(`/conversations/${conversation.id}/messages`, {
        query: { limit: 20 },
        signal,
      });
      return { conversation, messages: data };
    },
  });
  const send = useMutation({
    mutationFn: ({ to, text, key }: { to: string; text: string; key: string }) =>
      call<Message>(`/conversations/${to}/messages`, {
        method: "POST",
        idempotencyKey: key,
        body: { content: { kind: "text", text } },
      }),
    onSettled: () => client.invalidateQueries({ queryKey }),
  });
  return { query, send };
}

function Tick({ done, title, text }: { done: boolean; title: string; text: string }) {
  const { t } = useTranslation("channels");
  const Icon = done ? CircleCheck : Circle;
  return (
    <li className="flex gap-3 p-4">
      <Icon className={cx("mt-0.5 size-5 shrink-0", done ? "text-success" : "text-text-3")} aria-hidden="true" />
      <div>
        <p className="font-medium">
          {title}
          <span className="sr-only"> {done ? t("trip.done") : t("trip.open")}</span>
        </p>
        <p className="text-text-2">{text}</p>
      </div>
    </li>
  );
}

/** The last step: a message in, a reply out, and then where to go. */
export function RoundTripStep({ channel }: StepProps) {
  const { t } = useTranslation(["channels", "inbox"]);
  const paths = usePaths();
  const can = useCan();
  const reads = can("conversations:read");
  const sends = reads && can("messages:send");
  const { query, send } = useRoundTrip(channel.id, reads);
  const [text, setText] = useState(() => t("trip.hello"));
  const [key, setKey] = useState(() => crypto.randomUUID());
  const conversation = query.data?.conversation ?? null;
  const messages = query.data?.messages ?? [];
  const cameIn = messages.some(({ direction }) => direction === "in");
  const last = messages.filter(({ direction }) => direction === "out").at(-1);
  const wentOut =
    messages.some(({ direction, status }) => direction === "out" && arrived.includes(status)) ||
    (cameIn && channel.last_outbound_at !== null);
  const failure = last?.status === "failed" ? last.failure : undefined;
  const who = conversation?.contact.name ?? t("trip.customer");
  return (
    <div className="flex flex-col gap-5">
      <ol className="divide-y rounded-card border" aria-live="polite">
        <Tick done={cameIn} title={t("trip.in")} text={cameIn ? t("trip.inDone", { name: who }) : t("trip.inOpen")} />
        <Tick
          done={wentOut}
          title={t("trip.out")}
          text={t(wentOut ? "trip.outDone" : sends ? "trip.outOpen" : reads ? "trip.noSend" : "trip.noRead")}
        />
      </ol>
      {sends && conversation && !wentOut && (
        <form
          className="flex flex-wrap items-end gap-2"
          onSubmit={(event) => {
            event.preventDefault();
            if (text.trim() === "" || send.isPending) return;
            send.mutate(
              { to: conversation.id, text: text.trim(), key },
              { onSuccess: () => setKey(crypto.randomUUID()) },
            );
          }}
        >
          <Field label={t("trip.reply", { name: who })} className="min-w-60 flex-1">
            <Input dir="auto" value={text} onChange={(event) => setText(event.target.value)} />
          </Field>
          <Button type="submit" variant="primary" busy={send.isPending}>
            {t("trip.send")}
          </Button>
        </form>
      )}
      <ProblemNote error={send.error} />
      {!send.error && last?.status === "failed" && (
        <Banner tone="danger">
          <span className="block font-medium">
            {t(`inbox:failure.${failure?.reason ?? "unexpected"}`, { defaultValue: t("inbox:failure.unexpected") })}
          </span>
          {failure?.detail && (
            <span className="block text-meta">
              {t("health.words")} <bdi lang="en">{failure.detail}</bdi>
            </span>
          )}
          <span className="mt-1 block">{t("trip.failed")}</span>
        </Banner>
      )}
      <div className="flex flex-wrap justify-end gap-2">
        {can("members:manage") && (
          <Link to={paths.team} className={buttonLook()}>
            {t("trip.team")}
          </Link>
        )}
        <Link to={paths.channel(channel.id)} className={buttonLook()}>
          {t("trip.settings")}
        </Link>
        {reads && (
          <Link
            to={conversation ? paths.conversation(conversation.id) : paths.inbox}
            className={buttonLook({ variant: wentOut ? "primary" : "secondary" })}
          >
            {t("trip.inbox")}
          </Link>
        )}
      </div>
    </div>
  );
}
