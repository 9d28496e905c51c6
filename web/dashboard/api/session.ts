import { useMemo } from "react";
import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { useParams } from "react-router";
import type { z } from "zod";
import type { authStateDto, meDto } from "../../../src/wire/identity.js";
import { call } from "./client.js";
import { queryClient } from "./queryClient.js";

export type Me = z.infer<typeof meDto>;
export type AuthState = z.infer<typeof authStateDto>;

/** A workspace of mine, and what I may do in it. */
export interface MyWorkspace {
  id: string;
  name: string;
  brand_color: string | null;
  two_factor_required: boolean;
  /** Who I am there: conversations are given to members. */
  memberId: string;
  role: { id: string; name: string };
  permissions: readonly string[];
}

const mine = ({ workspace, member_id, role, permissions }: Me["memberships"][number]): MyWorkspace => ({
  ...workspace,
  memberId: member_id,
  role,
  permissions,
});

/** The workspaces I am in, in the order of the API. */
export const workspacesOf = (me: Me): MyWorkspace[] => me.memberships.map(mine);

export const meQuery = { queryKey: ["me"], queryFn: () => call<Me>("/me"), staleTime: 60_000 } as const;
export const authStateQuery = { queryKey: ["auth", "state"], queryFn: () => call<AuthState>("/auth/state") } as const;

/** Who is signed in. Suspends; a refusal reaches the error boundary, a 401 leads to the sign-in page. */
export const useMe = (): Me => useSuspenseQuery(meQuery).data;

export const useAuthState = () => useQuery(authStateQuery);

/** The workspace of the address; undefined when I am not in it. */
export function useMyWorkspace(): MyWorkspace | undefined {
  const { workspaceId } = useParams();
  const membership = useMe().memberships.find(({ workspace }) => workspace.id === workspaceId);
  return useMemo(() => membership && mine(membership), [membership]);
}

/** As useMyWorkspace, for pages inside the shell, which is only shown to members. */
export function useWorkspace(): MyWorkspace {
  const workspace = useMyWorkspace();
  if (!workspace) throw new Error("There is no workspace here.");
  return workspace;
}

/** Whether a set of permissions holds one; `*` holds all. */
export const allows = (permissions: readonly string[], permission: string): boolean =>
  permissions.includes("*") || permissions.includes(permission);

/** `can("channels:manage")`: what the page may show. The server decides all the same. */
export function useCan(): (permission: string) => boolean {
  const { permissions } = useWorkspace();
  return (permission) => allows(permissions, permission);
}

/** Ends the session on the server, and forgets everything here. */
export async function signOut(): Promise<void> {
  await call("/auth/sign-out", { method: "POST" });
  sessionStorage.clear();
  queryClient.clear();
  location.assign("/sign-in");
}
