import {
  Bold,
  ChevronDown,
  Code,
  Italic,
  LayoutTemplate,
  Mic,
  Paperclip,
  Send,
  Slash,
  Smile,
  Strikethrough,
  Type,
  Zap,
} from "lucide-react";
import { lazy, Suspense, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useMe } from "../../../api/session.js";
import { Button, IconButton } from "../../../components/ui/Button.js";
import { cx } from "../../../components/ui/cx.js";
import { Menu } from "../../../components/ui/Menu.js";
import { Popover } from "../../../components/ui/Popover.js";
import { PageSpinner } from "../../../components/ui/Spinner.js";
import { formatNumber } from "../../../i18n/format.js";
import { showKeys } from "../../../keyboard/keys.js";
import type { Capabilities } from "../data/types.js";
import { ui } from "../data/ui.js";
import type { Format } from "./markup.js";
import { WhenPicker } from "./WhenPicker.js";
import { WindowLine } from "./WindowLine.js";

const EmojiPanel = lazy(async () => ({ default: (await import("./EmojiPanel.js")).EmojiPanel }));

interface Props {
  note: boolean;
  closed: boolean;
  can: Capabilities | undefined;
  until: string | null;
  policyChanged: () => void;
  /** How much is written of how much, once it is worth knowing. */
  counter: { length: number; limit: number } | null;
  over: boolean;
  sendable: boolean;
  conversationId: string;
  onSend: (at?: Date) => void;
  onFiles: (files: readonly File[]) => void;
  onEmoji: (emoji: string) => void;
  onRecord: () => void;
  onCanned: () => void;
  onFormat: (format: Format) => void;
  onTemplate: () => void;
}

function SendButtons({ note, sendable, onSend }: Pick<Props, "note" | "sendable" | "onSend">) {
  const { t } = useTranslation("inbox");
  const { preferences } = useMe();
  const [later, setLater] = useState(false);
  const keys = preferences.enter_sends ? "↵" : showKeys("Mod+Enter");
  return (
    <span className="flex">
      <Button
        variant="primary"
        size="sm"
        disabled={!sendable}
        onClick={() => onSend()}
        title={keys}
        className={cx("h-8", note ? "bg-on-note text-note hover:bg-on-note/90" : "rounded-e-none")}
      >
        <Send aria-hidden="true" className="rtl:-scale-x-100" />
        {note ? t("composer.addNote") : t("composer.send")}
      </Button>
      {!note && (
        <Popover
          open={later}
          onOpenChange={setLater}
          label={t("composer.later")}
          align="end"
          className="w-80 p-0"
          trigger={
            <Button
              variant="primary"
              size="sm"
              disabled={!sendable}
              aria-label={t("composer.later")}
              className="h-8 w-8 rounded-s-none border-s border-on-brand/30 px-0"
            >
              <ChevronDown aria-hidden="true" />
            </Button>
          }
        >
          <WhenPicker
            label={t("composer.later")}
            onPick={(at) => {
              setLater(false);
              onSend(at);
            }}
          />
        </Popover>
      )}
    </span>
  );
}

const formats = [
  { format: "bold", keys: "Mod+KeyB", Icon: Bold },
  { format: "italic", keys: "Mod+KeyI", Icon: Italic },
  { format: "strikethrough", keys: undefined, Icon: Strikethrough },
  { format: "code", keys: undefined, Icon: Code },
] as const;

function FormatMenu({ onFormat }: Pick<Props, "onFormat">) {
  const { t } = useTranslation("inbox");
  return (
    <Menu
      side="top"
      sections={[
        {
          items: formats.map(({ format, keys, Icon }) => ({
            label: t(`format.${format}`),
            icon: <Icon aria-hidden="true" />,
            keys: keys && showKeys(keys),
            onSelect: () => onFormat(format),
          })),
        },
      ]}
      trigger={<IconButton size="sm" label={t("format.title")} icon={<Type aria-hidden="true" />} />}
    />
  );
}

/** What can be put into a message, what to know while writing, and Send. */
export function ComposerBar(props: Props) {
  const { note, closed, can, until, counter, over, conversationId } = props;
  const { t, i18n } = useTranslation("inbox");
  const input = useRef<HTMLInputElement>(null);
  const [emoji, setEmoji] = useState(false);
  const files = !note && !closed && can?.sends.includes("media") === true;
  const voice = files && can.media.voice !== undefined;
  const command = ui.use((state) => state.command);
  const done = useRef(command?.n ?? 0);
  const { onRecord } = props;
  useEffect(() => {
    if (!command || command.n === done.current) return;
    done.current = command.n;
    if (command.name === "attach" && files) input.current?.click();
    if (command.name === "record" && voice) onRecord();
  }, [command, files, voice, onRecord]);
  return (
    <div className="flex flex-wrap items-center gap-x-1 gap-y-1.5 px-1.5 pb-1.5 [&>button]:text-current">
      {files && (
        <>
          <input
            ref={input}
            type="file"
            multiple
            hidden
            onChange={(event) => {
              props.onFiles([...(event.target.files ?? [])]);
              event.target.value = "";
            }}
          />
          <IconButton
            size="sm"
            label={t("composer.attach")}
            keys={showKeys("Mod+Shift+KeyU")}
            icon={<Paperclip aria-hidden="true" />}
            onClick={() => input.current?.click()}
          />
        </>
      )}
      {!closed && (
        <Popover
          open={emoji}
          onOpenChange={setEmoji}
          label={t("composer.emoji")}
          className="p-0"
          trigger={<IconButton size="sm" label={t("composer.emoji")} icon={<Smile aria-hidden="true" />} />}
        >
          <Suspense fallback={<PageSpinner />}>
            <EmojiPanel
              onPick={(one) => {
                setEmoji(false);
                props.onEmoji(one);
              }}
            />
          </Suspense>
        </Popover>
      )}
      {!note && !closed && can?.text.entities && <FormatMenu onFormat={props.onFormat} />}
      {voice && (
        <IconButton
          size="sm"
          label={t("composer.record")}
          keys={showKeys("Mod+Shift+KeyV")}
          icon={<Mic aria-hidden="true" />}
          onClick={onRecord}
        />
      )}
      {!closed && (
        <IconButton
          size="sm"
          label={t("composer.canned")}
          keys="/"
          icon={<Slash aria-hidden="true" />}
          onClick={props.onCanned}
        />
      )}
      {!note && can?.sends.includes("template") && (
        <IconButton
          size="sm"
          label={t("template.choose")}
          icon={<LayoutTemplate aria-hidden="true" />}
          onClick={props.onTemplate}
        />
      )}
      <IconButton
        size="sm"
        label={t("composer.macros")}
        icon={<Zap aria-hidden="true" />}
        onClick={() => ui.set({ picker: { kind: "macros", ids: [conversationId] } })}
      />
      <span className="ms-auto flex items-center gap-2.5 ps-2">
        {counter && (
          <span role="status" className={cx("tabular text-meta", over ? "font-medium text-danger" : "text-text-3")}>
            {t("composer.counter", {
              length: formatNumber(counter.length, i18n.language),
              limit: formatNumber(counter.limit, i18n.language),
            })}
          </span>
        )}
        {until && <WindowLine until={until} onOver={props.policyChanged} />}
        {!closed && <SendButtons {...props} />}
      </span>
    </div>
  );
}
