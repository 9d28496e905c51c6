import type { Args } from "../args.js";
import { badRequest, type Json } from "../wire.js";

const textMax = 4096;
const captionMax = 1024;

interface Entity {
  type: string;
  offset: number;
  length: number;
}

/** `text` with its entities, checked and trimmed as Telegram does. */
export function textFields(args: Args): Json {
  const { text, entities } = trimmed(args.text("text"), entitiesOf(args, "entities"));
  if (text === "") throw badRequest("message text is empty");
  if (text.length > textMax) throw badRequest("message is too long");
  return { text, ...(entities.length > 0 ? { entities } : {}) };
}

/** `caption` with its entities; nothing when there is none. */
export function captionFields(args: Args): Json {
  return captionOf(args.text("caption"), entitiesOf(args, "caption_entities"));
}

export function captionOf(given: string, given_entities: readonly Entity[]): Json {
  const { text, entities } = trimmed(given, given_entities);
  if (text.length > captionMax) throw badRequest("message caption is too long");
  if (text === "") return {};
  return { caption: text, ...(entities.length > 0 ? { caption_entities: entities } : {}) };
}

function entitiesOf(args: Args, name: string): Entity[] {
  const given = args.json(name, name);
  if (given === undefined) return [];
  if (!Array.isArray(given)) throw badRequest("can't parse entities: Expected an Array of MessageEntity");
  return given.map(checkedEntity);
}

export function checkedEntity(value: unknown): Entity {
  const entity = value as Partial<Entity> | null;
  if (typeof entity?.type !== "string") throw badRequest(`can't parse MessageEntity: Can't find field "type"`);
  if (!Number.isInteger(entity.offset) || !Number.isInteger(entity.length)) {
    throw badRequest(`can't parse MessageEntity: Can't find field "offset"`);
  }
  return entity as Entity;
}

/** White space around a text is not shown; entities move with it and keep within the text. */
function trimmed(given: string, entities: readonly Entity[]): { text: string; entities: Entity[] } {
  const cut = given.length - given.trimStart().length;
  const text = given.trim();
  const moved = entities.flatMap((entity) => {
    const from = Math.max(entity.offset - cut, 0);
    const to = Math.min(entity.offset - cut + entity.length, text.length);
    return from < to ? [{ ...entity, offset: from, length: to - from }] : [];
  });
  return { text, entities: moved };
}
