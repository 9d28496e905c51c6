import { endpoint, type Endpoint } from "../../api/endpoint.js";
import { AppError } from "../../core/errors.js";
import { requireScope } from "../../identity/index.js";
import type { ChannelAccount } from "../../inbox/index.js";
import { channelAccountDetailDto } from "../../wire/channels.js";
import {
  newSimulatedChannel,
  simulatorChange,
  simulatorDto,
  simulatorFault,
  simulatorMessage,
  simulatorMessageDto,
  type SimulatedKind,
  type SimulatorDto,
  type SimulatorMessage,
} from "../../wire/simulator.js";
import type { HostView } from "./host.js";
import type { Act } from "../../core/playedProvider.js";
import type { SimulatorControl, SimulatorDeps } from "./ports.js";

interface Deps extends Pick<SimulatorDeps, "accounts" | "present"> {
  simulator: SimulatorControl;
  view(account: ChannelAccount): Promise<HostView>;
}

const names: Readonly<Record<SimulatedKind, string>> = {
  telegram: "Simulated Telegram",
  whatsapp: "Simulated WhatsApp",
  messenger: "Simulated Messenger",
  http: "Simulated system",
};

/** The simulator's own face: owners only. */
export function simulatorEndpoints(deps: Deps): Endpoint[] {
  const { simulator } = deps;
  const owner = { tag: "Simulator", scope: "simulator" } as const;

  async function simulated(workspaceId: string, id: string): Promise<ChannelAccount> {
    const account = await deps.accounts.find(workspaceId, id);
    if (!account) throw new AppError("not_found", "There is no such channel account.", { reason: "channel_unknown" });
    if (!account.simulated) {
      throw new AppError("conflict", "This account is live: its customers are real people, and nobody can play them.", {
        reason: "account_live",
      });
    }
    return account;
  }

  async function shown(account: ChannelAccount): Promise<SimulatorDto> {
    return { running: true, talkative: account.talkative, ...(await deps.view(account)) };
  }

  return [
    endpoint({
      ...owner,
      method: "post",
      path: "/simulator/channels",
      summary: "Make a channel account whose provider is played here",
      description:
        "It is connected as a real one is; nothing leaves this machine. Needs the scopes simulator and channels:manage.",
      body: newSimulatedChannel,
      status: 201,
      answer: channelAccountDetailDto,
      errors: ["conflict"],
      async handle({ principal, body }) {
        requireScope(principal, "channels:manage");
        const { workspaceId } = principal;
        const name = body.name ?? names[body.kind];
        return deps.present(await simulator.createChannel({ workspaceId, kind: body.kind, name }));
      },
    }),
    endpoint({
      ...owner,
      method: "get",
      path: "/channels/:id/simulator",
      summary: "See the customers and the wire of a simulated account",
      answer: simulatorDto,
      errors: ["conflict"],
      handle: async ({ principal, params }) => shown(await simulated(principal.workspaceId, params.id!)),
    }),
    endpoint({
      ...owner,
      method: "patch",
      path: "/channels/:id/simulator",
      summary: "Have a simulated account's customers answer by themselves, or not",
      body: simulatorChange,
      answer: simulatorDto,
      errors: ["conflict"],
      async handle({ principal, params, body }) {
        const { workspaceId } = principal;
        const account = await simulated(workspaceId, params.id!);
        await simulator.setTalkative(account, body.talkative);
        return shown({ ...account, talkative: body.talkative });
      },
    }),
    endpoint({
      ...owner,
      method: "post",
      path: "/channels/:id/simulator/messages",
      summary: "Do something as a customer of a simulated account",
      description:
        "The played provider tells of it as a real one does: by a signed webhook, or when it is asked. Edits, removals, " +
        "reactions and answers name a message by the provider's id in `target`; a choice names a button by its label.",
      body: simulatorMessage,
      status: 202,
      answer: simulatorMessageDto,
      errors: ["conflict", "unprocessable"],
      idempotency: "none",
      action: null,
      async handle({ principal, params, body }) {
        const account = await simulated(principal.workspaceId, params.id!);
        const person = await personOf(deps, account, body);
        const messageId = await simulator.act(account, person, actOf(body));
        return { customer_id: person.id, message_id: messageId };
      },
    }),
    endpoint({
      ...owner,
      method: "post",
      path: "/channels/:id/simulator/faults",
      summary: "Have a played provider fail, or mend it",
      body: simulatorFault,
      answer: simulatorDto,
      errors: ["conflict", "unprocessable"],
      idempotency: "none",
      async handle({ principal, params, body }) {
        const account = await simulated(principal.workspaceId, params.id!);
        await simulator.fault(account, body.fault, body.on);
        return shown(account);
      },
    }),
  ];
}

async function personOf(deps: Deps, account: ChannelAccount, body: SimulatorMessage) {
  const { customer_id: id, customer_name: name, language } = body;
  if (id !== undefined) {
    const found = (await deps.view(account)).customers.find((one) => one.id === id);
    if (found) return { id, name: found.name, language: language ?? found.language ?? undefined };
    throw new AppError("unprocessable", "There is no such customer in the simulator.", {
      reason: "simulator_customer_unknown",
      errors: [{ pointer: "/customer_id", message: "Unknown customer" }],
    });
  }
  if (name === undefined) {
    throw new AppError("unprocessable", "Say which customer, or the name of a new one.", {
      errors: [{ pointer: "/customer_name", message: "Needed for somebody new", code: "missing" }],
    });
  }
  return { id: deps.simulator.newPersonId(account.kind as SimulatedKind), name, language };
}

/** Throws AppError for a time to come, and for what misses its words or its target. */
function actOf({ at, ...rest }: SimulatorMessage): Act {
  if (at === undefined) return wordsOf(rest);
  const time = Date.parse(at);
  if (time <= Date.now()) return { ...wordsOf(rest), at: time };
  const message = "Nobody can have done something in the future.";
  throw new AppError("unprocessable", message, { errors: [{ pointer: "/at", message }] });
}

function wordsOf({ kind, text, target }: SimulatorMessage): Act {
  const needed = (pointer: string, value: string | undefined): string => {
    if (value !== undefined) return value;
    throw new AppError("unprocessable", `An act of the kind ${kind} needs ${pointer.slice(1)}.`, {
      errors: [{ pointer, message: "Needed", code: "missing" }],
    });
  };
  switch (kind) {
    case "text":
      return { kind, text: needed("/text", text), ...(target === undefined ? {} : { replyTo: target }) };
    case "reaction":
      return { kind, target: needed("/target", target), text: text ?? null };
    case "edit":
      return { kind, target: needed("/target", target), text: needed("/text", text) };
    case "remove":
      return { kind, target: needed("/target", target) };
    case "choice":
      return { kind, text: needed("/text", text) };
    default:
      return { kind, ...(text === undefined ? {} : { text }) };
  }
}
