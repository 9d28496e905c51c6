import QRCode from "qrcode";
import type { SessionProgress } from "../adapters/contract.js";
import { AppError } from "../core/errors.js";
import type { Clock } from "../core/ports.js";
import type { ChannelSession, SessionAdmin } from "../http/routes/channelSessions.js";
import type { ChannelAccount, Inbox } from "../inbox/index.js";
import type { SessionProgressStore, SessionView } from "../sessions/progress.js";

interface Deps {
  inbox: () => Inbox;
  store: SessionProgressStore;
  /** True for channels whose account is linked on a phone. */
  isLinked(account: ChannelAccount): boolean;
  ephemeral(workspaceId: string, type: string, data: Record<string, unknown>, scope: string): void;
  clock: Clock;
}

export interface ChannelSessions extends SessionAdmin {
  /** What the process that runs a session tells. */
  progress(account: ChannelAccount, progress: SessionProgress): Promise<void>;
}

/** The linking of accounts on a phone, for whoever watches and whoever helps. */
export function createChannelSessions(deps: Deps): ChannelSessions {
  const { store, clock } = deps;

  async function linked(workspaceId: string, id: string): Promise<ChannelAccount> {
    const account = await deps.inbox().accounts.find(workspaceId, id);
    if (!account) throw new AppError("not_found", "There is no such channel account.", { reason: "channel_unknown" });
    if (!deps.isLinked(account))
      throw new AppError("conflict", "This channel is not linked on a phone.", { reason: "channel_not_linked" });
    return account;
  }

  async function shown(account: ChannelAccount): Promise<ChannelSession> {
    const view = account.enabled && account.settings !== null ? await store.of(account) : undefined;
    const state = stateOf(account, view);
    const qr = state === "scan" ? (view?.qr ?? null) : null;
    return {
      state,
      sentence: sentences[state],
      qrSvg: qr === null ? null : await QRCode.toString(qr, { type: "svg", margin: 2, errorCorrectionLevel: "L" }),
      pairingCode: state === "scan" ? (view?.code ?? null) : null,
      percent: state === "syncing" ? (view?.percent ?? null) : null,
      since: view?.since ?? account.health.since,
    };
  }

  /** Saves how to link and has the session started anew. */
  async function restarted(account: ChannelAccount, pairing: "qr" | "phone" | undefined): Promise<ChannelSession> {
    const { accounts } = deps.inbox();
    const { workspaceId, id, accountRef } = account;
    if (account.settings === null)
      throw new AppError("conflict", "Put the phone number in first.", { reason: "channel_number_missing" });
    if (!account.enabled)
      throw new AppError("conflict", "The account is off. Switch it on first.", { reason: "channel_off" });
    if (pairing !== undefined) {
      const settings = { ...(account.settings as Record<string, unknown>), pairing };
      await accounts.saveSettings(workspaceId, id, { settings, accountRef: accountRef ?? "" });
    }
    await accounts.restart(workspaceId, id, clock.now());
    await store.put(account, { phase: "starting" });
    tell(account, "starting");
    return shown((await accounts.find(workspaceId, id)) ?? account);
  }

  function tell({ id, workspaceId }: ChannelAccount, state: ChannelSession["state"], percent?: number): void {
    // Codes let anybody link: they are fetched by those who may, and travel in no broadcast.
    const data = { channel_account_id: id, state, percent: percent ?? null };
    deps.ephemeral(workspaceId, "channel.session", data, "channels:manage");
  }

  return {
    async progress(account, progress) {
      await store.put(account, progress);
      tell(account, progress.phase, progress.percent);
    },
    session: async (workspaceId, id) => shown(await linked(workspaceId, id)),
    async pairByPhone(workspaceId, id, phone) {
      const account = await linked(workspaceId, id);
      const digits = phone.replace(/\D+/g, "").replace(/^00/, "");
      if (account.accountRef !== null && digits !== account.accountRef) {
        throw new AppError(
          "unprocessable",
          `This channel is for the number +${account.accountRef}. Connect another number as a channel of its own.`,
          {
            reason: "channel_number_fixed",
            extensions: { number: account.accountRef },
            errors: [{ pointer: "/phone", message: "Another number than the channel's" }],
          },
        );
      }
      return restarted(account, "phone");
    },
    restart: async (workspaceId, id, pairing) => restarted(await linked(workspaceId, id), pairing),
  };
}

function stateOf(account: ChannelAccount, view: SessionView | undefined): ChannelSession["state"] {
  if (!account.enabled || account.settings === null) return "off";
  if (account.health.state === "suspended") return "banned";
  if (view) return view.phase;
  return account.health.state === "ok" ? "ready" : "lost";
}

const sentences: Readonly<Record<ChannelSession["state"], string>> = {
  starting: "The browser for this number is starting.",
  scan: "Waiting for the phone: scan the QR code, or type the pairing code under Linked devices.",
  authenticating: "The phone has agreed; WhatsApp is checking.",
  syncing: "Linked. Chats are being brought here.",
  ready: "Linked and connected.",
  lost: "Not linked, or not connected at the moment. Start it again to link it.",
  banned:
    "WhatsApp has closed this number. If it was opened again after a review, link it again; otherwise connect another number.",
  off: "The account is off, or has no number yet.",
};
