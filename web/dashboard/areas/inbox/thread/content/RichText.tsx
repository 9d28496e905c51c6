import type { ReactNode } from "react";
import type { ContentDto } from "../../data/types.js";

type Entity = NonNullable<Extract<ContentDto, { kind: "text" }>["entities"]>[number];

const found =
  /\bhttps?:\/\/[^\s<>"']+[^\s<>"'.,;:!?)\]}]|\bwww\.[^\s<>"']+[^\s<>"'.,;:!?)\]}]|\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b/giu;

/** Where a link may lead: pages, mail and calls; nothing else is made a link. */
export function safeHref(target: string): string | undefined {
  const text = target.trim();
  const whole = /^www\./i.test(text) ? `https://${text}` : /^[\w.+-]+@[\w-]+\./.test(text) ? `mailto:${text}` : text;
  try {
    const { protocol } = new URL(whole);
    return ["http:", "https:", "mailto:", "tel:"].includes(protocol) ? whole : undefined;
  } catch {
    return undefined;
  }
}

/** A link out of a message: it opens beside us, and learns nothing of where it was. */
export function OutLink({ href, children }: { href: string; children: ReactNode }) {
  const safe = safeHref(href);
  if (!safe) return <>{children}</>;
  return (
    <a
      href={safe}
      target="_blank"
      rel="noopener noreferrer nofollow"
      title={safe}
      className="underline decoration-current/50 underline-offset-2 hover:decoration-current"
    >
      {children}
    </a>
  );
}

function linked(text: string): ReactNode {
  const parts: ReactNode[] = [];
  let end = 0;
  for (const match of text.matchAll(found)) {
    if (match.index > end) parts.push(text.slice(end, match.index));
    parts.push(
      <OutLink key={match.index} href={match[0]}>
        {match[0]}
      </OutLink>,
    );
    end = match.index + match[0].length;
  }
  if (parts.length === 0) return text;
  parts.push(text.slice(end));
  return parts;
}

function wrap(entity: Entity, text: string, inner: ReactNode): ReactNode {
  switch (entity.kind) {
    case "bold":
      return <strong className="font-semibold">{inner}</strong>;
    case "italic":
      return <em>{inner}</em>;
    case "underline":
      return <u>{inner}</u>;
    case "strikethrough":
      return <s>{inner}</s>;
    case "code":
      return <code className="rounded bg-current/10 px-1 font-mono text-[0.92em]">{inner}</code>;
    case "pre":
      return (
        <code className="my-1 block overflow-x-auto rounded-control bg-current/10 px-2 py-1 font-mono text-[0.92em] whitespace-pre-wrap">
          {inner}
        </code>
      );
    case "quote":
      return <span className="my-1 block border-s-2 border-current/30 ps-2">{inner}</span>;
    case "spoiler":
      return (
        <span tabIndex={0} className="rounded bg-current hover:bg-transparent focus:bg-transparent">
          {inner}
        </span>
      );
    case "link":
      return <OutLink href={entity.value ?? text}>{inner}</OutLink>;
    case "email":
      return <OutLink href={`mailto:${text}`}>{inner}</OutLink>;
    case "phone":
      return <OutLink href={`tel:${text.replace(/[^\d+]/g, "")}`}>{inner}</OutLink>;
    case "mention":
    case "hashtag":
    case "command":
      return <span className="font-medium">{inner}</span>;
    default:
      return inner;
  }
}

/** Entities one inside the other: whatever begins first and is longest is outside. */
function nested(text: string, entities: readonly Entity[], from: number, to: number): ReactNode {
  const parts: ReactNode[] = [];
  let at = from;
  let rest = entities;
  while (rest.length > 0) {
    const [entity, ...others] = rest;
    const start = Math.max(entity!.offset, at);
    const end = Math.min(entity!.offset + entity!.length, to);
    rest = others;
    if (end <= start) continue;
    if (start > at) parts.push(linked(text.slice(at, start)));
    const inside = others.filter(({ offset }) => offset < end);
    rest = others.filter(({ offset }) => offset >= end);
    const bare = entity!.kind === "link" || entity!.kind === "code" || entity!.kind === "pre";
    const inner = bare && inside.length === 0 ? text.slice(start, end) : nested(text, inside, start, end);
    parts.push(<span key={`${start}-${entity!.kind}`}>{wrap(entity!, text.slice(start, end), inner)}</span>);
    at = end;
  }
  if (at < to) parts.push(linked(text.slice(at, to)));
  return parts;
}

/** What somebody wrote, with its formatting; never as markup. Addresses in it become links. */
export function RichText({ text, entities }: { text: string; entities?: readonly Entity[] | undefined }) {
  const sorted = [...(entities ?? [])].sort((a, b) => a.offset - b.offset || b.length - a.length);
  return (
    <span dir="auto" className="block whitespace-pre-wrap [overflow-wrap:anywhere]">
      {sorted.length === 0 ? linked(text) : nested(text, sorted, 0, text.length)}
    </span>
  );
}
