import type { UseMutationResult } from "@tanstack/react-query";
import { Plus, SendHorizontal, UserPlus, X } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Avatar } from "../../../components/ui/Avatar.js";
import { Badge } from "../../../components/ui/Badge.js";
import { IconButton } from "../../../components/ui/Button.js";
import { channelName } from "../../../components/ui/ChannelGlyph.js";
import { controlLook } from "../../../components/ui/Input.js";
import { cx } from "../../../components/ui/cx.js";
import { Menu } from "../../../components/ui/Menu.js";
import { Select } from "../../../components/ui/Select.js";
import { toast } from "../../../components/ui/toast.js";
import { NewCustomer } from "./NewCustomer.js";
import { PhoneBubble } from "./PhoneBubble.js";
import type { Act, Customer, PhoneMessage, Write } from "./simulatorQueries.js";

const extras = ["image", "voice", "location", "contact", "sticker", "document"] as const satisfies readonly Act[];

interface Props {
  kind: string;
  business: string;
  customers: readonly Customer[];
  customer: Customer | undefined;
  onCustomer: (id: string) => void;
  write: UseMutationResult<{ customer_id: string; message_id: string | null }, Error, Write>;
}

/** A customer's phone. What is written on it goes to the real webhook in the provider's own format. */
export function Phone({ kind, business, customers, customer, onCustomer, write }: Props) {
  const { t } = useTranslation("channels");
  const [text, setText] = useState("");
  const [about, setAbout] = useState<{ act: "edit" | "reply"; message: PhoneMessage }>();
  const [adding, setAdding] = useState(false);
  const end = useRef<HTMLDivElement>(null);
  const input = useRef<HTMLInputElement>(null);
  const count = customer?.messages.length ?? 0;
  useEffect(() => {
    end.current?.parentElement?.scrollTo({ top: end.current.parentElement.scrollHeight });
  }, [count, customer?.id]);
  const send = (message: Omit<Write, "customer_id">, done?: () => void) => {
    if (!customer) return;
    write.mutate({ customer_id: customer.id, ...message }, { onSuccess: () => done?.(), onError: toast.failed });
  };
  const submit = () => {
    const words = text.trim();
    if (words === "" || write.isPending) return;
    const message: Omit<Write, "customer_id"> = {
      kind: about?.act === "edit" ? "edit" : "text",
      text: words,
      ...(about ? { target: about.message.id } : {}),
    };
    send(message, () => {
      setText("");
      setAbout(undefined);
    });
  };
  const begin = (act: "edit" | "reply", message: PhoneMessage) => {
    setAbout({ act, message });
    if (act === "edit") setText(message.text);
    input.current?.focus();
  };
  return (
    <section
      aria-label={t("phone.title")}
      className="mx-auto flex h-[620px] w-full max-w-[340px] shrink-0 flex-col overflow-hidden rounded-[28px] border-4 border-control bg-surface-1 md:mx-0 md:w-[330px]"
    >
      <header className="flex flex-col gap-2 border-b bg-bg px-3 pt-3 pb-2">
        <div className="flex items-center justify-between gap-2">
          <Badge tone="info">{t("label.simulated")}</Badge>
          <span className="text-meta text-text-3">{channelName(kind)}</span>
        </div>
        <div className="flex items-center gap-1">
          <Select
            label={t("phone.customer")}
            placeholder={t("phone.nobody")}
            value={customer?.id}
            onChange={onCustomer}
            options={customers.map(({ id, name }) => ({ value: id, label: name }))}
            className="min-w-0 flex-1"
          />
          <IconButton label={t("phone.add")} icon={<UserPlus aria-hidden="true" />} onClick={() => setAdding(true)} />
        </div>
        <div className="flex items-center gap-2 border-t pt-2">
          <Avatar name={business} seed={business} size={24} />
          <span dir="auto" className="truncate font-medium">
            {business}
          </span>
        </div>
      </header>
      <div
        role="log"
        aria-label={t("phone.messages")}
        tabIndex={0}
        className="flex min-h-0 flex-1 flex-col gap-2 overflow-y-auto p-3 focus-visible:-outline-offset-2"
      >
        {count === 0 && (
          <p className="m-auto max-w-52 text-center text-text-3">{customer ? t("phone.empty") : t("phone.addFirst")}</p>
        )}
        {customer?.messages.map((message) => (
          <PhoneBubble
            key={message.id}
            message={message}
            onReact={(emoji) => send({ kind: "reaction", target: message.id, text: emoji })}
            onReply={() => begin("reply", message)}
            onEdit={() => begin("edit", message)}
            onRemove={() => send({ kind: "remove", target: message.id })}
          />
        ))}
        <div ref={end} />
      </div>
      {about && (
        <div className="flex items-center gap-2 border-t bg-bg px-3 py-1 text-meta text-text-2">
          <span className="min-w-0 flex-1 truncate">
            {about.act === "edit" ? t("phone.editing") : t("phone.replying")} <bdi>{about.message.text}</bdi>
          </span>
          <button
            type="button"
            aria-label={t("common:action.cancel")}
            className="grid size-6 place-items-center"
            onClick={() => {
              if (about.act === "edit") setText("");
              setAbout(undefined);
            }}
          >
            <X className="size-4" aria-hidden="true" />
          </button>
        </div>
      )}
      <form
        className="flex items-center gap-1 border-t bg-bg p-2 pb-3"
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <Menu
          side="top"
          sections={[
            {
              items: extras.map((extra) => ({
                label: t(`act.${extra}`),
                disabled: !customer,
                onSelect: () => {
                  const words = text.trim();
                  send({ kind: extra, ...(words === "" ? {} : { text: words }) }, () => setText(""));
                },
              })),
            },
          ]}
          trigger={<IconButton label={t("phone.more")} icon={<Plus aria-hidden="true" />} />}
        />
        <input
          ref={input}
          dir="auto"
          aria-label={t("phone.write")}
          placeholder={t("phone.write")}
          value={text}
          disabled={!customer}
          maxLength={4000}
          onChange={(event) => setText(event.target.value)}
          className={cx(controlLook, "h-9 flex-1 rounded-full")}
        />
        <IconButton
          type="submit"
          variant="primary"
          label={t("phone.send")}
          disabled={!customer || text.trim() === ""}
          icon={<SendHorizontal className="rtl:-scale-x-100" aria-hidden="true" />}
        />
      </form>
      <NewCustomer
        open={adding}
        onOpenChange={setAdding}
        busy={write.isPending}
        onAdd={(who) =>
          write.mutate(
            { kind: "text", text: t("phone.firstWords"), ...who },
            {
              onSuccess: (made) => {
                onCustomer(made.customer_id);
                setAdding(false);
              },
              onError: toast.failed,
            },
          )
        }
      />
    </section>
  );
}
