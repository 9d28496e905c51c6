/**
 * The shapes of the Bot API's answers that we read (Bot API 10.1, newer than telegraf's own types). Updates are not here:
 * they come from outside and are read part by part in the normalize files.
 */

/** `getMe`. */
export interface Me {
  id: number;
  is_bot: boolean;
  first_name: string;
  username?: string;
}

/** `getWebhookInfo`. `url` is empty when no webhook is set. */
export interface WebhookInfo {
  url: string;
  pending_update_count: number;
  last_error_date?: number;
  last_error_message?: string;
}

/** The part of a sent message that we keep. */
export interface SentMessage {
  message_id: number;
  date: number;
  chat: { id: number };
}

/** `getFile`. `file_path` is missing when the file cannot be downloaded. */
export interface FileInfo {
  file_id: string;
  file_size?: number;
  file_path?: string;
}

/** One entry of `getUpdates`. The rest of it is read by normalize. */
export interface UpdateEnvelope {
  update_id: number;
}

/** An error answer: `{ok: false, error_code, description, parameters}`. */
export interface ApiError {
  error_code: number;
  description: string;
  parameters?: { retry_after?: number; migrate_to_chat_id?: number | string } | undefined;
}

/** An entity of an outgoing text; offsets in UTF-16 units. */
export interface SentEntity {
  type: string;
  offset: number;
  length: number;
  url?: string;
  user?: { id: number };
  language?: string;
  custom_emoji_id?: string;
}
