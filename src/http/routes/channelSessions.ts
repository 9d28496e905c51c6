import { endpoint, type Endpoint } from "../../api/endpoint.js";
import { channelSessionDto, pairingCodeRequest, sessionRestart } from "../../wire/channelLog.js";

/** How the linking of an account goes. */
export interface ChannelSession {
  state: "starting" | "scan" | "authenticating" | "syncing" | "ready" | "lost" | "banned" | "off";
  sentence: string;
  qrSvg: string | null;
  pairingCode: string | null;
  percent: number | null;
  since: Date;
}

/** Implemented by the composition root. Each throws AppError `not_found`, and `conflict` for channels without a session. */
export interface SessionAdmin {
  session(workspaceId: string, id: string): Promise<ChannelSession>;
  /** Starts anew, asking for a code that is typed on the phone. */
  pairByPhone(workspaceId: string, id: string, phone: string): Promise<ChannelSession>;
  /** Starts anew, at once. */
  restart(workspaceId: string, id: string, pairing: "qr" | "phone" | undefined): Promise<ChannelSession>;
}

const dto = ({ state, sentence, qrSvg, pairingCode, percent, since }: ChannelSession) => ({
  state,
  sentence,
  qr_svg: qrSvg,
  pairing_code: pairingCode,
  percent,
  since: since.toISOString(),
});

/** Linking an account on a phone. What is shown here lets anybody link: only managers of channels see it. */
export function channelSessionEndpoints(sessions: SessionAdmin): Endpoint[] {
  const managed = { tag: "Channels", scope: "channels:manage" } as const;
  return [
    endpoint({
      ...managed,
      method: "get",
      path: "/channels/:id/session",
      summary: "See how the linking of an account goes",
      description:
        "Ask again when the ephemeral `channel.session` tells of a change: the QR code is replaced every few seconds.",
      answer: channelSessionDto,
      errors: ["conflict"],
      handle: async ({ principal, params }) => dto(await sessions.session(principal.workspaceId, params.id!)),
    }),
    endpoint({
      ...managed,
      method: "post",
      path: "/channels/:id/session/pairing-code",
      summary: "Link by a code that is typed on the phone",
      description: "The session starts anew; the code appears in `pairing_code` some seconds later.",
      body: pairingCodeRequest,
      status: 202,
      answer: channelSessionDto,
      errors: ["conflict", "unprocessable"],
      idempotency: "none",
      handle: async ({ principal, params, body }) =>
        dto(await sessions.pairByPhone(principal.workspaceId, params.id!, body.phone)),
    }),
    endpoint({
      ...managed,
      method: "post",
      path: "/channels/:id/session/restart",
      summary: "Start an account's session anew",
      body: sessionRestart,
      bodyOptional: true,
      status: 202,
      answer: channelSessionDto,
      errors: ["conflict"],
      idempotency: "none",
      handle: async ({ principal, params, body }) =>
        dto(await sessions.restart(principal.workspaceId, params.id!, body.pairing)),
    }),
  ];
}
