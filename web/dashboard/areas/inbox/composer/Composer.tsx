import { useCallback, useId, useImperativeHandle, useMemo, useState, type Ref } from "react";
import { useTranslation } from "react-i18next";
import { call } from "../../../api/client.js";
import { useMe } from "../../../api/session.js";
import { cx } from "../../../components/ui/cx.js";
import { toast } from "../../../components/ui/toast.js";
import { useConnection } from "../../../realtime/connection.js";
import { useMembers } from "../data/lookups.js";
import { enqueue } from "../data/outbox.js";
import { tellTypingOver } from "../data/presence.js";
import type { ConversationDto, MessageDto, RenderedDto, ReplyPolicy, SendableContent } from "../data/types.js";
import { textOf } from "../thread/content/Content.js";
import { CollisionDialog } from "./CollisionDialog.js";
import { ComposerBar } from "./ComposerBar.js";
import { ClosedNotice, ModeTabs, OtherDraft, QuoteChip, Replying, TooMuch } from "./ComposerParts.js";
import type { Mode } from "./drafts.js";
import { Files } from "./Files.js";
import { contentsOf, lengthOf, readyOf } from "./limits.js";
import { Recorder } from "./Recorder.js";
import { SuggestionList, useSuggestions, type Suggestion } from "./Suggestions.js";
import { TemplateDialog } from "./TemplateDialog.js";
import { mentionsIn, tokenAt, type Token } from "./tokens.js";
import { useAsked } from "./useAsked.js";
import { useCaret } from "./useCaret.js";
import { useDraft } from "./useDraft.js";
import { useFormat } from "./useFormat.js";
import { useTelling } from "./useTelling.js";
import { useUploads } from "./useUploads.js";

/** What the thread may ask of the composer. */
export interface ComposerHandle {
  reply(message: MessageDto): void;
  take(text: string): void;
  template(): void;
  write(mode: Mode): void;
}

/** The server takes no more in one message or draft. */
const textMost = 100_000;
/** Where a reply or a note is written. Nothing that happens elsewhere takes the focus from it. */
export function Composer({
  conversation,
  policy,
  policyChanged,
  me,
  workspaceId,
  lastSeen,
  ref,
}: {
  conversation: ConversationDto;
  policy: ReplyPolicy | undefined;
  policyChanged: () => void;
  me: string;
  workspaceId: string;
  /** The newest message on the screen, for noticing that somebody else answered. */
  lastSeen: () => string | undefined;
  ref: Ref<ComposerHandle>;
}) {
  const { t } = useTranslation("inbox");
  const { preferences } = useMe();
  const members = useMembers();
  const { draft, saving, other, keeper } = useDraft(workspaceId, conversation.id);
  const { change } = keeper;
  const can = policy?.capabilities;
  const uploads = useUploads(workspaceId, can, keeper);
  const connection = useConnection();
  const { box, mount, select } = useCaret();
  const [token, setToken] = useState<Token>();
  const [active, setActive] = useState(0);
  const [missing, setMissing] = useState<readonly string[]>([]);
  const [tooMuch, setTooMuch] = useState<string | null>(null);
  const [recording, setRecording] = useState(false);
  const [templates, setTemplates] = useState(false);
  const [dragged, setDragged] = useState(false);
  const suggestions = useSuggestions(token);
  const listId = useId();
  const { mode } = draft;
  const note = mode === "note";
  const text = draft.texts[mode];
  const closed = !note && policy?.allowed === false;
  const shownIndex = Math.min(active, suggestions.length - 1);

  const setText = useCallback(
    (next: string) => change((before) => ({ ...before, texts: { ...before.texts, [before.mode]: next } })),
    [change],
  );
  const setMode = useCallback(
    (next: Mode) => {
      change((before) => (before.mode === next ? before : { ...before, mode: next }));
      requestAnimationFrame(() => box.current?.focus());
    },
    [change, box],
  );
  const insert = useCallback(
    (what: string, from?: number) => {
      const field = box.current;
      const { texts, mode: at } = keeper.store.get().draft;
      const now = texts[at];
      const end = field?.selectionEnd ?? now.length;
      const start = from ?? field?.selectionStart ?? now.length;
      setText(now.slice(0, start) + what + now.slice(end));
      setToken(undefined);
      select(start + what.length, start + what.length);
      requestAnimationFrame(() => field?.focus());
    },
    [keeper, setText, box, select],
  );

  useImperativeHandle(ref, () => ({
    reply(message) {
      change((before) => ({
        ...before,
        mode: "reply",
        replyTo: { id: message.id, quote: textOf(message.content).slice(0, 200) },
      }));
      requestAnimationFrame(() => box.current?.focus());
    },
    take: (taken) => insert(taken),
    template: () => setTemplates(true),
    write: setMode,
  }));
  const begin = useCallback(
    (next: Mode, words: string) => {
      setMode(next);
      box.current?.focus();
      if (words !== "") insert(words);
    },
    [box, setMode, insert],
  );
  useAsked(conversation.id, begin);

  const tell = useTelling(workspaceId, conversation.id);
  const take = (next: string, caret: number) => {
    if (next.length > textMost) {
      setTooMuch(next);
      return;
    }
    setText(next);
    tell(!note && next !== "" && can?.typing === true && connection === "online");
    setToken(tokenAt(next, caret, note));
    setActive(0);
    if (missing.length > 0) setMissing([]);
  };
  const { format, onKey } = useFormat(box, !note && can?.text.entities ? text : undefined, setText, select);

  async function pick(item: Suggestion): Promise<void> {
    const from = token?.from;
    if (item.cannedId === undefined) {
      insert(item.text, from);
      return;
    }
    insert("", from);
    try {
      const rendered = await call<RenderedDto>("/canned-replies/render", {
        method: "POST",
        workspaceId,
        body: { id: item.cannedId, conversation_id: conversation.id },
      });
      insert(rendered.text);
      setMissing(rendered.missing);
    } catch (error) {
      toast.failed(error);
    }
  }

  const files = draft.files;
  const pending = files.some(({ state }) => state === "uploading");
  const ready = can ? readyOf(files, can) : [];
  const limit = can
    ? ready.length > 0 && can.caption
      ? Math.max(can.caption.max, can.text.max)
      : can.text.max
    : textMost;
  const length = useMemo(() => (can ? lengthOf(text, can.text.unit) : text.length), [text, can]);
  const over = !note && length > limit;
  const sendable =
    !pending &&
    !over &&
    (note ? text.trim() !== "" : !closed && policy !== undefined && (text.trim() !== "" || ready.length > 0));

  function send(at?: Date): void {
    if (!sendable) return;
    const seen = lastSeen();
    if (note) {
      enqueue({
        conversationId: conversation.id,
        kind: "note",
        text: text.trim(),
        mentions: mentionsIn(text, members),
        shown: { kind: "text", text: text.trim() },
      });
    } else {
      contentsOf(text.trim(), ready, can!).forEach(({ send: content, shown }, index) =>
        enqueue({
          conversationId: conversation.id,
          kind: "message",
          content,
          shown,
          ...(index === 0 && draft.replyTo ? { replyTo: draft.replyTo.id } : {}),
          ...(at ? { sendAt: at.toISOString() } : {}),
          ...(seen ? { seenMessageId: seen } : {}),
        }),
      );
    }
    if (at) toast.done(t("composer.scheduled"));
    setMissing([]);
    tellTypingOver();
    keeper.clear();
    box.current?.focus();
  }
  const sendTemplate = (content: Extract<SendableContent, { kind: "template" }>, words: string) =>
    enqueue({
      conversationId: conversation.id,
      kind: "message",
      content,
      shown: { ...content, text: words },
    });

  const onKeyDown = (event: React.KeyboardEvent<HTMLTextAreaElement>) => {
    if (event.nativeEvent.isComposing) return;
    if (suggestions.length > 0) {
      const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
      if (step !== 0) {
        event.preventDefault();
        setActive((shownIndex + step + suggestions.length) % suggestions.length);
        return;
      }
      if (event.key === "Enter" || event.key === "Tab") {
        event.preventDefault();
        void pick(suggestions[shownIndex]!);
        return;
      }
      if (event.key === "Escape") {
        event.preventDefault();
        event.stopPropagation();
        setToken(undefined);
        return;
      }
    }
    if (onKey(event)) return;
    if (event.key === "Enter") {
      const mod = event.ctrlKey || event.metaKey;
      if (mod || (preferences.enter_sends && !event.shiftKey && !event.altKey)) {
        event.preventDefault();
        send();
      }
    } else if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      box.current?.blur();
    }
  };
  const taken = ({ files: given }: DataTransfer): boolean => {
    if (given.length === 0 || note) return false;
    uploads.add([...given]);
    return true;
  };

  return (
    <section
      aria-label={t("composer.title")}
      onDragOver={(event) => {
        if (!event.dataTransfer.types.includes("Files")) return;
        event.preventDefault();
        setDragged(true);
      }}
      onDragLeave={(event) => !event.currentTarget.contains(event.relatedTarget as Node | null) && setDragged(false)}
      onDrop={(event) => {
        event.preventDefault();
        setDragged(false);
        taken(event.dataTransfer);
      }}
      className="relative mx-auto w-full max-w-180 shrink-0 px-3 pb-3"
    >
      <Replying conversationId={conversation.id} me={me} />
      {token && suggestions.length > 0 && (
        <SuggestionList
          id={listId}
          items={suggestions}
          active={shownIndex}
          onActive={setActive}
          onPick={(item) => void pick(item)}
        />
      )}
      <div
        className={cx(
          "rounded-card border border-control focus-within:border-focus focus-within:outline-2 focus-within:outline-focus/30",
          note ? "bg-note text-on-note" : "bg-bg",
          dragged && "border-dashed border-brand bg-brand-soft",
        )}
      >
        <ModeTabs mode={mode} saving={saving} onChange={setMode} />
        {draft.replyTo && !note && (
          <QuoteChip quote={draft.replyTo.quote} onRemove={() => change((before) => ({ ...before, replyTo: null }))} />
        )}
        {!note && <Files files={files} onRemove={uploads.remove} onRetry={uploads.retry} />}
        {closed ? (
          <ClosedNotice policy={policy} onTemplate={() => setTemplates(true)} onNote={() => setMode("note")} />
        ) : recording && can ? (
          <Recorder
            onCancel={() => setRecording(false)}
            onDone={(file) => {
              setRecording(false);
              uploads.add([file], "voice");
            }}
          />
        ) : (
          <textarea
            ref={mount}
            dir="auto"
            rows={2}
            value={text}
            aria-label={
              note
                ? t("composer.noteLabel")
                : t("composer.replyLabel", { name: conversation.contact.name ?? t("row.nameless") })
            }
            placeholder={note ? t("composer.notePlaceholder") : t("composer.placeholder")}
            role="combobox"
            aria-expanded={token !== undefined && suggestions.length > 0}
            aria-controls={listId}
            aria-autocomplete="list"
            aria-activedescendant={token && suggestions.length > 0 ? `${listId}-${shownIndex}` : undefined}
            aria-invalid={over || undefined}
            onChange={(event) => take(event.target.value, event.target.selectionEnd)}
            onKeyDown={onKeyDown}
            onSelect={(event) => token && setToken(tokenAt(text, event.currentTarget.selectionEnd, note))}
            onBlur={() => {
              setToken(undefined);
              tellTypingOver();
              keeper.flush();
            }}
            onPaste={(event) => {
              if (taken(event.clipboardData)) event.preventDefault();
            }}
            className="field-sizing-content block max-h-[min(40vh,22rem)] min-h-16 w-full resize-none bg-transparent px-3 py-2 text-message outline-none placeholder:text-current/65"
          />
        )}
        {missing.length > 0 && (
          <p role="status" className="px-3 pb-1 text-meta text-warning">
            {t("canned.missing", { names: missing.join(", ") })}
          </p>
        )}
        {other && <OtherDraft draft={other} onSettle={(which) => void keeper.settle(which)} />}
        {tooMuch !== null && (
          <TooMuch
            length={tooMuch.length}
            most={textMost}
            onDismiss={() => setTooMuch(null)}
            onFile={
              note || !can?.media.document
                ? undefined
                : () => {
                    uploads.add([new File([tooMuch], "text.txt", { type: "text/plain" })]);
                    setTooMuch(null);
                  }
            }
          />
        )}
        <ComposerBar
          note={note}
          closed={closed}
          // A template goes when the time is over; for any other reason nothing does.
          can={closed && policy?.reason !== "window_closed" ? undefined : (can ?? undefined)}
          until={note ? null : (policy?.until ?? null)}
          policyChanged={policyChanged}
          counter={!note && length / limit >= 0.8 ? { length, limit } : null}
          over={over}
          sendable={sendable}
          conversationId={conversation.id}
          onSend={send}
          onFiles={uploads.add}
          onEmoji={(emoji) => insert(emoji)}
          onRecord={() => setRecording(true)}
          onCanned={() => {
            const field = box.current;
            const caret = field?.selectionEnd ?? text.length;
            const lineStart = caret === 0 || text[caret - 1] === "\n";
            insert(lineStart ? "/" : "\n/");
            setToken({ kind: "canned", query: "", from: lineStart ? caret : caret + 1 });
          }}
          onFormat={format}
          onTemplate={() => setTemplates(true)}
        />
      </div>
      <CollisionDialog conversationId={conversation.id} onEdit={(words) => insert(words)} />
      <TemplateDialog
        open={templates}
        onOpenChange={setTemplates}
        accountId={conversation.channel_account_id}
        contactName={conversation.contact.name}
        onSend={sendTemplate}
      />
    </section>
  );
}
