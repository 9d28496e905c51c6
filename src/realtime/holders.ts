import type { Socket } from "socket.io";
import { AppError } from "../core/errors.js";
import { holds, type MemberPrincipal, type Principal } from "../identity/index.js";

/** What a socket is known by, from its handshake on. */
export interface SocketData {
  /** Renewed while the socket lives: its scopes are those of seconds ago at most. */
  principal: Principal;
  /** The API key it came with; undefined for members. */
  token: string | undefined;
  after: number | undefined;
}

export const dataOf = (socket: Socket): SocketData => socket.data as SocketData;

/** Everybody of a workspace. */
export const roomOf = (workspaceId: string) => `workspace ${workspaceId}`;
/** Those of a workspace who may do this. */
export const scopeRoomOf = (workspaceId: string, scope: string) => `workspace ${workspaceId} ${scope}`;

interface Options {
  /** Rejects with AppError for a key that is not (or no more) valid. */
  authenticate(token: string | undefined): Promise<Principal>;
  /** What members may do now, in one look for all of them; an AppError for those who may nothing any more. */
  review(members: readonly MemberPrincipal[]): Promise<(MemberPrincipal | AppError)[]>;
}

export interface Holders {
  /** How many sockets the key or the member holds. */
  count(callerId: string): number;
  add(socket: Socket): void;
  remove(socket: Socket): void;
  /** Sends off whose key, session, membership or permission has ended. Never rejects. */
  checkKeys(): Promise<void>;
  checkMembers(): Promise<void>;
}

/** Ends a connection and says why, so that a page can show more than that it is offline. */
function sendOff(socket: Socket, { code, message }: AppError): void {
  socket.emit("session.ended", { code, message });
  socket.disconnect(true);
}

const mayListen = (principal: Principal) => holds(principal.scopes, "conversations:read");
const noReading = () => new AppError("forbidden", "Your role does not permit to read conversations any more.");

/** Whose sockets these are, and whether they still may be here. */
export function createHolders({ authenticate, review }: Options): Holders {
  const byCaller = new Map<string, Set<Socket>>();

  function join(socket: Socket): void {
    const { workspaceId, scopes } = dataOf(socket).principal;
    void socket.join([roomOf(workspaceId), ...scopes.map((scope) => scopeRoomOf(workspaceId, scope))]);
  }

  /** The socket goes on with what the principal may do now. */
  function renew(socket: Socket, principal: Principal): void {
    const data = dataOf(socket);
    const before = data.principal;
    data.principal = principal;
    for (const scope of before.scopes) {
      if (!principal.scopes.includes(scope)) void socket.leave(scopeRoomOf(before.workspaceId, scope));
    }
    join(socket);
    if (!mayListen(principal)) sendOff(socket, noReading());
  }

  return {
    count: (callerId) => byCaller.get(callerId)?.size ?? 0,
    add(socket) {
      const { callerId } = dataOf(socket).principal;
      const sockets = byCaller.get(callerId) ?? new Set();
      byCaller.set(callerId, sockets.add(socket));
      join(socket);
    },
    remove(socket) {
      const { callerId } = dataOf(socket).principal;
      const sockets = byCaller.get(callerId);
      sockets?.delete(socket);
      if (sockets?.size === 0) byCaller.delete(callerId);
    },
    async checkKeys() {
      const withKey = [...byCaller.values()].map((sockets) => [...sockets].filter((socket) => dataOf(socket).token));
      await Promise.all(
        withKey.map(async ([first, ...others]) => {
          if (!first) return;
          try {
            await authenticate(dataOf(first).token);
          } catch (error) {
            // A store that is away is no reason to send anybody off.
            if (!(error instanceof AppError) || error.code !== "unauthenticated") return;
            for (const socket of [first, ...others]) sendOff(socket, error);
          }
        }),
      );
    },
    async checkMembers() {
      const sockets = [...byCaller.values()].flatMap((some) => [...some]);
      const seated = sockets.flatMap((socket) => {
        const { principal } = dataOf(socket);
        return principal.kind === "member" ? [{ socket, principal }] : [];
      });
      if (seated.length === 0) return;
      const now = await review(seated.map(({ principal }) => principal)).catch(() => undefined);
      seated.forEach(({ socket }, index) => {
        const state = now?.[index];
        if (state instanceof AppError) sendOff(socket, state);
        else if (state) renew(socket, state);
      });
    },
  };
}
