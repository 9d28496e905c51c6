import { z } from "zod";
import { faultKinds, playedKinds, type FaultKind, type PlayedKind } from "../core/playedProvider.js";
import { time } from "./time.js";

/** Kinds whose provider the built-in simulator can play. */
export const simulatedKinds = playedKinds;
export type SimulatedKind = PlayedKind;

export const newSimulatedChannel = z.strictObject({
  kind: z.enum(simulatedKinds),
  name: z.string().trim().min(1).max(100).optional(),
});

export type SimulatorFault = FaultKind;

export const simulatorExchangeDto = z
  .object({
    id: z.string(),
    at: time,
    direction: z.enum(["in", "out"]).describe("in: the provider called us; out: we called the provider"),
    method: z.string(),
    url: z.string().describe("Tokens and keys in it are covered"),
    request: z.unknown().describe("The body as it went over the wire"),
    status: z.int().nullable().describe("null: there was no answer"),
    response: z.unknown(),
    event: z.unknown().nullable().describe("What the channel's adapter made of it: normalized events; null for sends"),
  })
  .meta({ id: "SimulatorExchange" });

export const simulatorDto = z
  .object({
    running: z.boolean().describe("false: the process that plays the providers is not there at the moment"),
    talkative: z.boolean().describe("Customers answer now and then by themselves"),
    customers: z.array(
      z.object({
        id: z.string().describe("The provider's id of the customer"),
        name: z.string(),
        language: z.string().nullable(),
        messages: z
          .array(
            z.object({
              id: z.string().describe("The provider's id: a `target` of reactions, edits, removals and answers"),
              from: z.enum(["customer", "business"]),
              text: z.string(),
              at: time,
            }),
          )
          .describe(
            "The chat as it stands on the customer's phone since the simulator started, oldest first, at most 30",
          ),
      }),
    ),
    faults: z.array(z.object({ fault: z.enum(faultKinds), supported: z.boolean(), on: z.boolean() })),
    exchanges: z.array(simulatorExchangeDto).describe("The last 50, newest first; in memory only"),
  })
  .meta({ id: "Simulator" });

export const simulatorActs = [
  "text",
  "image",
  "voice",
  "location",
  "contact",
  "sticker",
  "document",
  "reaction",
  "edit",
  "remove",
  "choice",
] as const;
export type SimulatorAct = (typeof simulatorActs)[number];

export const simulatorMessage = z
  .strictObject({
    customer_id: z.string().min(1).max(100).optional().describe("A customer who is there"),
    customer_name: z.string().trim().min(1).max(100).optional().describe("Somebody new of this name"),
    language: z.string().min(2).max(10).optional(),
    kind: z.enum(simulatorActs).default("text"),
    text: z.string().min(1).max(4_000).optional().describe("The words, the caption, the emoji or the button's label"),
    target: z.string().min(1).max(300).optional().describe("Message that is meant, by the provider's id"),
    at: z.iso
      .datetime({ offset: true })
      .optional()
      .describe("When it was done, by the provider's clock; now when left out. Closes reply windows without waiting"),
  })
  .meta({ id: "SimulatorMessage" });

export const simulatorMessageDto = z.object({
  customer_id: z.string(),
  message_id: z.string().nullable().describe("The provider's id of what was written"),
});

export const simulatorFault = z.strictObject({ fault: z.enum(faultKinds), on: z.boolean() });
export const simulatorChange = z.strictObject({ talkative: z.boolean() });

export const demoRequest = z.strictObject({
  language: z.enum(["en", "es", "de", "ar"]).default("en").describe("Of the customer who writes first"),
});

export const demoDto = z
  .object({
    state: z.enum(["none", "loading", "ready", "removing"]),
    conversations: z.int().describe("How many are there by now"),
    total: z.int(),
    available: z.boolean().describe("The simulator is on"),
    channel_account_ids: z.array(z.string()),
  })
  .meta({ id: "Demo" });

export type SimulatorDto = z.infer<typeof simulatorDto>;
export type SimulatorExchangeDto = z.infer<typeof simulatorExchangeDto>;
export type SimulatorMessage = z.infer<typeof simulatorMessage>;
export type DemoDto = z.infer<typeof demoDto>;
