/**
 * What is said of channel accounts, in English, by its stable name: the dashboard translates by the name. A sentence has places
 * for what differs, such as {{name}}.
 */
const sentences = {
  telegram_token_unknown:
    "Telegram does not know this token: it is mistyped, or it was revoked. Copy it again from @BotFather: /mybots, your bot, API Token.",
  meta_secret_wrong:
    "Meta says that the app secret does not belong to this token. Copy it again from App settings, Basic, of the same app that made the token.",
  meta_token_expired:
    "The access token has expired. Generate a new one; a token of a system user does not run out, one of the setup page does after a day.",
  meta_token_ended: "The access token ended because its owner changed the password. Generate a new one.",
  meta_token_unknown:
    "Meta does not know this access token. Copy the whole of it again, without spaces, or generate a new one.",
  meta_permission_missing:
    "The access token lacks a permission. Generate it again with the permissions named beside the field.",
  messenger_token_of_person:
    "This is the token of a person, not of a page. Copy the one beside your page under Generate access tokens.",
  whatsapp_business_unknown:
    "Meta finds no WhatsApp business account of this id with this token. Copy it again from WhatsApp, API setup; it is not the phone number id.",
  whatsapp_business_of_another:
    "This phone number does not belong to that WhatsApp business account. Copy both ids from the same page.",
  messenger_page_of_another:
    "The token belongs to another page than the page id names. Leave the page id out, or generate a token for that page.",
  whatsapp_number_unknown:
    "Meta finds no phone number of this id with this token. Copy the phone number id again from WhatsApp, API setup; it is not the number itself.",
  http_signature_refused:
    "Your system refused the signature (HTTP {{code}}). Compare the signing secret on both sides.",
  http_nothing_there: "Your system answered {{code}}: there is nothing at this address. Compare its path.",
  http_private:
    "The address lies in a private network, which is not allowed. The operator can allow it with OUTBOUND_ALLOW.",
  http_unreachable: "Your system did not answer at this address. See that it runs and can be reached from this server.",
  credentials_refused: "{{name}} does not accept these credentials. Check the token and try again.",
  account_closed: "{{name}} has closed this account. Look into the provider's own settings for the reason.",
  provider_patience: "{{name}} asks for patience. Try again in a minute.",
  provider_unreachable: "{{name}} could not be reached. Try again in a moment.",
  provider_unexpected: "{{name}} answered something unexpected: {{words}}",
  provider_answers: "{{name}} answers.",
  credentials_accepted: "{{name}} accepts the credentials of {{account}}.",
  credentials_incomplete: "The credentials are not complete.",
  credentials_missing: "There are no credentials yet. Put them in to connect the account.",
  address_not_https:
    "PUBLIC_URL is {{origin}}, which is not an https address: {{name}} cannot deliver to it. Set PUBLIC_URL to the https address of this server and start it again.",
  address_not_https_or_poll:
    "PUBLIC_URL is {{origin}}, which is not an https address: {{name}} cannot deliver to it. Set PUBLIC_URL to the https address of this server and start it again. Or choose polling, which needs no address.",
  connected_already: "This account is connected to this workspace already, as the channel “{{name}}”.",
  connected_elsewhere:
    "This account is connected to another workspace of this server, and its provider delivers to one place only. Delete it there first.",
  connected_as_draft:
    "Messages of this account arrive here already, as the draft “{{name}}”. Put the credentials in there.",
  credentials_of_another: "These credentials belong to another account. Connect that one as a channel of its own.",
  webhook_silent: "Nothing was heard for a day. The webhook was set again, to be sure.",
  well: "The account is well.",
  off: "The account was switched off. Nothing is received or sent until it is on again.",
  webhook_not_registered: "The webhook could not be registered: {{words}}",
  telegram_no_address: "Telegram has no address to call.",
  telegram_other_address: "Telegram calls another address than ours.",
  telegram_cannot_deliver: "Telegram cannot deliver {{count}} updates: {{words}}",
  whatsapp_quality_low: "Meta rates the number's quality as low: fewer messages may be sent.",
  linked_unlinked: "The number was unlinked on the phone. Link it again.",
  linked_another: "Another number was linked than the one in the settings. It was unlinked again.",
  linked_late: "The number was not linked in time.",
  linked_banned: "WhatsApp banned the number.",
  linked_elsewhere: "WhatsApp Web was opened elsewhere with the same link.",
  linked_offline: "WhatsApp Web lost its connection.",
  linked_page: "The page of WhatsApp Web could not be loaded.",
  linked_stuck: "WhatsApp Web did not finish loading.",
  linked_no_code: "WhatsApp gave no code for this number. Wait some minutes, or link it with a QR code.",
  linked_version: "WhatsApp Web has a new version that is not understood yet.",
  linked_crashed: "The browser of this number ended unexpectedly.",
  linked_mute: "The browser of this number did not answer any more.",
  linked_memory: "The browser of this number needed too much memory and was started anew.",
  linked_waiting: "The number waits to be linked on the phone.",
  linked_not_now: "The number is not connected at the moment.",
  linked_not_yet: "The number is not linked, or its session is just starting.",
  handshake_done: "The provider shook hands: it knows the address.",
  handshake_token:
    "The verify token did not match: got {{got}}, expected {{expected}}. A handshake came with another verify token. Compare the token in Meta's app settings with ours.",
  handshake_of_another:
    "A handshake came with another verify token. Compare the token in Meta's app settings with ours.",
  handshake_none: "The address was opened without a handshake.",
  meta_signature_missing: "A request came without X-Hub-Signature-256, or with two of them.",
  meta_signature_wrong: "A request came with a wrong signature. Compare the app secret with Meta's.",
  telegram_secret_missing: "The secret token header is missing.",
  telegram_secret_wrong: "The secret token is not ours.",
  http_headers_missing: "A request came without webhook-id, webhook-timestamp and webhook-signature, each once.",
  http_signature_wrong: "A request came with a wrong signature.",
  http_signature_old: "A request came that was signed more than 5 minutes ago, or ahead. Compare the clocks.",
  payload_unreadable: "A payload could not be read ({{where}}); it is kept in quarantine.",
  event_new: "The provider told of something new.",
  event_kept: "The provider told of something new; it is kept until the account is on again.",
  connected_as: "Connected as {{name}}.",
  provider_told: "The provider was told where to deliver.",
  address_entered: "Somebody entered the address at the other side.",
  switched_on: "Switched on.",
  switched_off: "Switched off.",
  secret_changed: "The webhook's secret was changed.",
  message_sent: "A message went out.",
  send_rate_limited: "The provider asked for patience; the message is tried again.",
  send_unreachable: "The provider did not answer, or said to come later.",
  send_auth_expired: "The provider does not accept the credentials any more. Connect the account anew.",
  send_suspended: "The provider has closed the account.",
  send_recipient: "The provider says that nobody can be reached at this address.",
  send_content: "The provider refused what the message contains.",
  send_blocked: "The customer has blocked this account.",
  send_window_closed: "The time to answer is over: the customer must write first, or a template is needed.",
  send_policy: "The provider's rules forbid this message.",
  send_unsupported: "The channel cannot send that.",
  send_failed: "A message could not be sent.",
} as const;

/** The stable name of a sentence. */
export type SentenceName = keyof typeof sentences;

/** Which sentence it is, and what stands in its places. */
export interface Reason {
  reason: SentenceName;
  parameters: Record<string, string>;
}

/** Every sentence by its name. */
export const channelSentences: Readonly<Record<SentenceName, string>> = sentences;

const place = /\{\{(\w+)\}\}/g;
const literal = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** One sentence as a pattern; a place takes whatever stands there. */
function patternOf(sentence: string): RegExp {
  const parts = sentence.split(place).map((part, index) => (index % 2 === 0 ? literal(part) : `(?<${part}>.+?)`));
  return new RegExp(`^${parts.join("")}$`, "s");
}

const names = Object.keys(sentences) as SentenceName[];
const constants = new Map<string, SentenceName>(
  names.filter((name) => !sentences[name].includes("{{")).map((name) => [sentences[name], name]),
);
// The longest first: it is the one that leaves the least to its places.
const patterns = names
  .filter((name) => sentences[name].includes("{{"))
  .sort((a, b) => sentences[b].length - sentences[a].length)
  .map((name) => ({ name, pattern: patternOf(sentences[name]) }));

/** The name of something that was said of an account; undefined for a provider's own words. */
export function reasonOf(said: string): Reason | undefined {
  const known = constants.get(said);
  if (known) return { reason: known, parameters: {} };
  for (const { name, pattern } of patterns) {
    const match = pattern.exec(said);
    if (match) return { reason: name, parameters: { ...match.groups } };
  }
  return undefined;
}
