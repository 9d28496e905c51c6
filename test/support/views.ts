import { eventually, type apiOf } from "./gateway.js";

export interface Page<T> {
  data: T[];
  next_cursor: string | null;
  has_more: boolean;
}

export interface AttachmentView {
  id: string;
  state: string;
  cause: string | null;
  name: string | null;
  mime: string | null;
  bytes: number | null;
  width: number | null;
  url: string | null;
  thumbnail_url: string | null;
}

export interface MessageView {
  id: string;
  direction: string;
  status: string;
  content: {
    kind: string;
    text?: string;
    caption?: string;
    summary?: string;
    hint?: string;
    option_id?: string;
    label?: string;
    media?: { role: string; attachment: AttachmentView | null };
    items?: { role: string; attachment: AttachmentView | null }[];
    contacts?: Record<string, unknown>[];
  };
  author: { kind: string; id: string | null };
  failure: { reason: string; detail: string | null; provider_code: string | null } | null;
  reply_to: { message_id: string | null } | null;
  reactions: { emoji: string; author: { kind: string } }[];
  referral: string | null;
  referral_details: Record<string, string | null> | null;
  forwarded_from: string | null;
  edited_at: string | null;
  removed_at: string | null;
  trace_id: string | null;
  provider_id: string | null;
  standby: boolean;
  delivered_at: string | null;
  read_at: string | null;
  pricing: { category: string | null } | null;
  attempts: { id: string; number: number; outcome: string }[];
  revisions: { content: { text?: string } }[];
}

export interface ConversationView {
  id: string;
  status: string;
  unread: number;
  blocked: boolean;
  blocked_by_us: boolean;
  assignee_id: string | null;
  labels: string[];
  snoozed_until: string | null;
  waiting_since: string | null;
  channel_account_id: string;
  contact: { id: string; name: string | null };
  last_message: { kind: string; preview: string; direction: string } | null;
}

export interface ProblemView {
  code: string;
  status: number;
  detail: string;
  reason?: string;
  errors?: { pointer: string; message: string }[];
}

export interface EventView {
  id: string;
  seq: number;
  type: string;
  conversation_id: string | null;
  data: Record<string, unknown>;
}

/** What a test looks at through the API of one gateway. */
export function lookThrough(api: ReturnType<typeof apiOf>) {
  const conversationWhere = (what: string, fits: (one: ConversationView) => boolean) =>
    eventually(what, async () => {
      const { body } = await api<Page<ConversationView>>("GET", "/api/v1/conversations?limit=100");
      return body.data.find(fits);
    });
  const thread = async (id: string) =>
    (await api<Page<MessageView>>("GET", `/api/v1/conversations/${id}/messages?limit=100`)).body.data;
  return {
    conversationWhere,
    conversationSaying: (preview: string) =>
      conversationWhere(`a conversation saying ${preview}`, (one) => one.last_message?.preview === preview),
    thread,
    /** The newest message of the thread that fits. */
    messageWhere: (conversationId: string, what: string, fits: (one: MessageView) => boolean) =>
      eventually(what, async () => (await thread(conversationId)).find(fits)),
    /** Writes a reply and waits until it has left. */
    async reply(conversationId: string, content: unknown, replyTo?: string): Promise<MessageView> {
      const { body } = await api<MessageView>("POST", `/api/v1/conversations/${conversationId}/messages`, {
        content,
        ...(replyTo === undefined ? {} : { reply_to: replyTo }),
      });
      return eventually(`${body.id} has left`, async () => {
        const { body: now } = await api<MessageView>("GET", `/api/v1/messages/${body.id}`);
        return ["queued", "sending"].includes(now.status) ? undefined : now;
      });
    },
    events: async (after = 0) =>
      (await api<{ data: EventView[] }>("GET", `/api/v1/events?limit=500&after=${after}`)).body.data,
  };
}
