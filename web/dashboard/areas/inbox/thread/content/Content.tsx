import { Ban, CircleHelp, Contact, ExternalLink, LayoutTemplate, MapPin, ShoppingBag } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { CopyField } from "../../../../components/ui/Copy.js";
import type { ContentDto } from "../../data/types.js";
import { Media } from "./Media.js";
import { OutLink, RichText } from "./RichText.js";

type Of<K extends ContentDto["kind"]> = Extract<ContentDto, { kind: K }>;

/** A fact with a sign before it. */
function Fact({ icon, children }: { icon: ReactNode; children: ReactNode }) {
  return (
    <span className="flex items-start gap-2.5 [&>svg]:mt-0.5 [&>svg]:size-4 [&>svg]:shrink-0">
      {icon}
      <span className="min-w-0 flex-1">{children}</span>
    </span>
  );
}

function Options({ options }: { options: Of<"choices">["options"] }) {
  return (
    <span className="mt-2 flex flex-col gap-1">
      {options.map((option, index) => (
        <span
          key={`${option.id}-${index}`}
          className="rounded-control border border-current/25 px-2.5 py-1 text-center text-meta font-medium"
        >
          {option.url ? (
            <OutLink href={option.url}>
              <bdi>{option.label}</bdi> <ExternalLink className="inline size-3" aria-hidden="true" />
            </OutLink>
          ) : (
            <bdi>{option.label}</bdi>
          )}
          {option.description && <span className="block font-normal opacity-80">{option.description}</span>}
        </span>
      ))}
    </span>
  );
}

function Location({ content }: { content: Of<"location"> }) {
  const { t } = useTranslation("inbox");
  const place = `${content.lat.toFixed(6)}, ${content.lng.toFixed(6)}`;
  return (
    <span className="block w-72 max-w-full">
      <Fact icon={<MapPin aria-hidden="true" />}>
        <span className="block font-medium" dir="auto">
          {content.label ?? t("kind.location")}
        </span>
        {content.address && (
          <span className="block" dir="auto">
            {content.address}
          </span>
        )}
        <span className="tabular block text-meta opacity-80" dir="ltr">
          {place}
        </span>
      </Fact>
      <span className="mt-2 block text-text">
        <CopyField
          value={`https://www.openstreetmap.org/?mlat=${content.lat}&mlon=${content.lng}`}
          label={t("location.link")}
        />
      </span>
    </span>
  );
}

type SharedContact = Of<"contacts">["contacts"][number];

/** An address as it is written on an envelope. */
function addressLines({ street, postcode, city, region, country }: NonNullable<SharedContact["addresses"]>[number]) {
  return [street, [postcode, city].filter(Boolean).join(" "), region, country].filter(Boolean);
}

function Contacts({ content }: { content: Of<"contacts"> }) {
  return (
    <span className="flex flex-col gap-2">
      {content.contacts.map((one, index) => (
        <Fact key={index} icon={<Contact aria-hidden="true" />}>
          <bdi className="block font-medium">{one.name}</bdi>
          {(one.title ?? one.organization) && (
            <bdi className="block">{[one.title, one.organization].filter(Boolean).join(" · ")}</bdi>
          )}
          {one.phones.map((phone) => (
            <span key={phone} className="block" dir="ltr">
              <OutLink href={`tel:${phone.replace(/[^\d+]/g, "")}`}>{phone}</OutLink>
            </span>
          ))}
          {one.emails?.map((email) => (
            <span key={email} className="block [overflow-wrap:anywhere]" dir="ltr">
              <OutLink href={`mailto:${email}`}>{email}</OutLink>
            </span>
          ))}
          {one.addresses?.map((address, place) => (
            <span key={place} className="block" dir="auto">
              {addressLines(address).join(", ")}
            </span>
          ))}
          {one.links?.map((link) => (
            <span key={link} className="block [overflow-wrap:anywhere]" dir="ltr">
              <OutLink href={link}>{link}</OutLink>
            </span>
          ))}
          {one.user && <bdi className="block text-meta opacity-80">{one.user}</bdi>}
        </Fact>
      ))}
    </span>
  );
}

function Template({ content }: { content: Of<"template"> }) {
  const { t } = useTranslation("inbox");
  return (
    <span className="block">
      {content.text ? (
        <RichText text={content.text} />
      ) : (
        content.parameters.length > 0 && (
          <span className="block" dir="auto">
            {content.parameters.map(({ value }) => value).join(" · ")}
          </span>
        )
      )}
      <span className="mt-1 flex items-center gap-1.5 text-meta opacity-80">
        <LayoutTemplate className="size-3.5" aria-hidden="true" />
        {t("template.said", { name: content.name, language: content.language })}
      </span>
    </span>
  );
}

/** What a message says. */
export function Content({ content, conversationId }: { content: ContentDto; conversationId: string }) {
  const { t } = useTranslation("inbox");
  switch (content.kind) {
    case "text":
      return <RichText text={content.text} entities={content.entities} />;
    case "media":
      return (
        <span className="flex flex-col gap-1.5">
          <Media media={content.media} conversationId={conversationId} />
          {content.caption && <RichText text={content.caption} entities={content.entities} />}
        </span>
      );
    case "album":
      return (
        <span className="flex flex-col gap-1.5">
          <span className="grid grid-cols-2 gap-1">
            {content.items.map((media, index) => (
              <Media key={media.attachment?.id ?? index} media={media} conversationId={conversationId} />
            ))}
          </span>
          {content.caption && <RichText text={content.caption} />}
        </span>
      );
    case "location":
      return <Location content={content} />;
    case "contacts":
      return <Contacts content={content} />;
    case "choices":
      return (
        <span className="block">
          <RichText text={content.text} />
          <Options options={content.options} />
        </span>
      );
    case "cards":
      return (
        <span className="flex max-w-full gap-2 overflow-x-auto pb-1">
          {content.cards.map((card, index) => (
            <span key={index} className="block w-52 shrink-0 rounded-control border border-current/25 p-2.5">
              <span className="block font-medium" dir="auto">
                {card.title}
              </span>
              {card.subtitle && (
                <span className="block text-meta opacity-80" dir="auto">
                  {card.subtitle}
                </span>
              )}
              {card.image_url && (
                <span className="mt-1 block truncate text-meta">
                  <OutLink href={card.image_url}>{t("card.image")}</OutLink>
                </span>
              )}
              <Options options={card.options} />
            </span>
          ))}
        </span>
      );
    case "choice_made":
      return (
        <span className="block">
          <span className="block text-meta opacity-80">{t("choice.made")}</span>
          <bdi className="font-medium">{content.label}</bdi>
        </span>
      );
    case "template":
      return <Template content={content} />;
    case "order":
      return <Fact icon={<ShoppingBag aria-hidden="true" />}>{content.summary}</Fact>;
    case "referral":
    case "system":
      return (
        <span dir="auto" className="block text-meta [overflow-wrap:anywhere]">
          {content.summary}
        </span>
      );
    case "unsupported":
      return (
        <Fact icon={<CircleHelp aria-hidden="true" />}>
          {t("unsupported.title")}
          <span className="block text-meta opacity-80" dir="auto">
            {content.hint}
          </span>
        </Fact>
      );
    case "removed":
      return (
        <span className="flex items-center gap-2 opacity-80">
          <Ban className="size-4" aria-hidden="true" />
          <em>{t("message.removed")}</em>
        </span>
      );
  }
}

function contactText({ name, title, organization, phones, emails, addresses, links }: SharedContact): string {
  const places = addresses?.map((address) => addressLines(address).join(", "));
  return [name, title, organization, phones, emails, places, links].flat().filter(Boolean).join(" ");
}

/** What a message says, as plain text: for copying, quoting and editing. */
export function textOf(content: ContentDto): string {
  switch (content.kind) {
    case "text":
    case "choices":
      return content.text;
    case "media":
    case "album":
      return content.caption ?? "";
    case "template":
      return content.text ?? content.name;
    case "location":
      return [content.label, content.address, `${content.lat}, ${content.lng}`].filter(Boolean).join("\n");
    case "contacts":
      return content.contacts.map(contactText).join("\n");
    case "cards":
      return content.cards.map(({ title }) => title).join("\n");
    case "choice_made":
      return content.label;
    case "order":
    case "referral":
    case "system":
      return content.summary;
    default:
      return "";
  }
}
