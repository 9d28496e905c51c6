import { Megaphone } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { MessageDto } from "../data/types.js";
import { OutLink } from "./content/RichText.js";

/** The sentences there are; what a provider calls otherwise came through a link. */
const sources = ["ad", "post", "product"] as const;

/** True when something is known of what brought the customer with this message. */
export const isReferred = ({ referral, referral_details: details }: MessageDto) =>
  referral !== null || details !== null;

/** What brought the customer: a quiet line that leads to it, with the words that were shown there. */
export function Referral({ message: { referral, referral_details: details } }: { message: MessageDto }) {
  const { t } = useTranslation("inbox");
  const kind = sources.find((source) => source === details?.source) ?? "link";
  // The number of an advertisement says nothing to anybody who reads; the name of a link does.
  const title = details?.title ?? (kind === "link" || kind === "product" ? referral : null);
  const shown = title ?? details?.url;
  return (
    <span className="mb-0.5 flex items-start gap-1 text-start text-meta opacity-80">
      <Megaphone className="mt-0.5 size-3 shrink-0 rtl:-scale-x-100" aria-hidden="true" />
      <span className="min-w-0 [overflow-wrap:anywhere]">
        {t(`referral.${kind}`)}
        {shown && (
          <>
            {": "}
            <bdi>{details?.url ? <OutLink href={details.url}>{shown}</OutLink> : shown}</bdi>
          </>
        )}
        {details?.text && (
          <span className="line-clamp-2" dir="auto">
            {details.text}
          </span>
        )}
      </span>
    </span>
  );
}
