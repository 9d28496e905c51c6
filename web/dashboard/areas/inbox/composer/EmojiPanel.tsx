import { EmojiPicker } from "frimousse";
import { useTranslation } from "react-i18next";
import { emojiLocale, loadEmoji } from "./emoji.js";

/** All emoji, searchable; fetched when it is first opened. */
export function EmojiPanel({ onPick }: { onPick: (emoji: string) => void }) {
  const { t, i18n } = useTranslation("inbox");
  return (
    <EmojiPicker.Root
      locale={emojiLocale(i18n.language)}
      resolveEmojiData={loadEmoji}
      columns={9}
      onEmojiSelect={({ emoji }) => onPick(emoji)}
      className="flex h-80 w-84 max-w-full flex-col"
    >
      <EmojiPicker.Search
        aria-label={t("emoji.search")}
        placeholder={t("emoji.search")}
        className="m-2 h-9 rounded-control border border-control bg-bg px-3"
      />
      <EmojiPicker.Viewport className="relative flex-1 overflow-y-auto outline-none">
        <EmojiPicker.Loading className="absolute inset-0 grid place-items-center text-text-3">
          {t("emoji.loading")}
        </EmojiPicker.Loading>
        <EmojiPicker.Empty className="absolute inset-0 grid place-items-center text-text-3">
          {t("emoji.none")}
        </EmojiPicker.Empty>
        <EmojiPicker.List
          className="pb-2 select-none"
          components={{
            CategoryHeader: ({ category, ...rest }) => (
              <div className="bg-bg px-3 pt-2 pb-1 text-meta text-text-3" {...rest}>
                {category.label}
              </div>
            ),
            Row: ({ children, ...rest }) => (
              <div className="px-2" {...rest}>
                {children}
              </div>
            ),
            Emoji: ({ emoji, ...rest }) => (
              <button
                className="grid size-9 place-items-center rounded-control text-lg data-active:bg-surface-2"
                {...rest}
              >
                {emoji.emoji}
              </button>
            ),
          }}
        />
      </EmojiPicker.Viewport>
    </EmojiPicker.Root>
  );
}
