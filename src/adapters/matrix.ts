import type { Capabilities } from "../core/capabilities.js";
import type { ChannelAdapter } from "./contract.js";

const yes = (value: boolean) => (value ? "yes" : "–");
const hours = (ms: number) =>
  ms % 86_400_000 === 0 && ms > 86_400_000 ? `${ms / 86_400_000} days` : `${ms / 3_600_000} h`;
const units = { utf16: "UTF-16 units", characters: "characters", bytes: "bytes" };

function window({ window: given }: Capabilities): string {
  if (!given) return "none";
  const people = given.humanMs === undefined ? "" : `, ${hours(given.humanMs)} for people`;
  return `${hours(given.ms)}${people}${given.templateAfter ? ", then templates" : ""}`;
}

function files({ media }: Capabilities): string {
  const most = Math.max(0, ...Object.values(media).map(({ maxBytes }) => maxBytes));
  return `${Object.keys(media).join(", ").replace("video_note", "video note")}; up to ${Math.floor(most / 1_048_576)} MB`;
}

const buttons = ({ buttons: given }: Capabilities) =>
  given ? `${given.max} of ${given.labelMax} characters${given.links ? ", also links" : ""}` : "–";

const rows: readonly (readonly [string, (adapter: ChannelAdapter) => string])[] = [
  ["Official", ({ manifest }) => yes(manifest.official)],
  ["Needs a public address", ({ manifest }) => yes(manifest.needsPublicUrl)],
  ["Longest text", ({ manifest: { can } }) => `${can.text.max} ${units[can.text.unit]}`],
  ["Sends", ({ manifest: { can } }) => can.sends.join(", ")],
  ["Files", ({ manifest: { can } }) => files(can)],
  ["Buttons", ({ manifest: { can } }) => buttons(can)],
  ["Answers to a message", ({ manifest: { can } }) => yes(can.reply)],
  ["Edits in / out", ({ manifest: { can } }) => `${yes(can.edit.in)} / ${yes(can.edit.out)}`],
  ["Removals in / out", ({ manifest: { can } }) => `${yes(can.remove.in)} / ${yes(can.remove.out)}`],
  ["Reactions in / out", ({ manifest: { can } }) => `${yes(can.reaction.in)} / ${yes(can.reaction.out)}`],
  ["Typing", ({ manifest: { can } }) => yes(can.typing)],
  ["Delivered / read", ({ manifest: { can } }) => `${yes(can.receipts.delivered)} / ${yes(can.receipts.read)}`],
  ["Time to answer", ({ manifest: { can } }) => window(can)],
  ["May write first", ({ manifest: { can } }) => yes(can.startsConversations)],
];

/** What every channel can do, as a Markdown table made from the manifests. */
export function channelMatrix(adapters: readonly ChannelAdapter[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [
    line(["", ...adapters.map(({ manifest }) => manifest.label)]),
    line(["---", ...adapters.map(() => "---")]),
    ...rows.map(([name, cell]) => line([name, ...adapters.map(cell)])),
  ].join("\n");
}
