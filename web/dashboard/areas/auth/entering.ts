import type { z } from "zod";
import type { signInAnswer, twoFactorRequest } from "../../../../src/wire/identity.js";
import { call } from "../../api/client.js";
import { queryClient } from "../../api/queryClient.js";
import { authStateQuery, meQuery, type Me } from "../../api/session.js";

type Answer = z.infer<typeof signInAnswer>;

/** Keeps who came in, so that the next page need not ask. */
export function enter(me: Me): void {
  queryClient.setQueryData(meQuery.queryKey, me);
  queryClient.removeQueries({ queryKey: authStateQuery.queryKey });
}

function take(answer: Answer): Answer["state"] {
  if (answer.me) enter(answer.me);
  return answer.state;
}

export const signIn = async (email: string, password: string): Promise<Answer["state"]> =>
  take(await call<Answer>("/auth/sign-in", { method: "POST", body: { email, password } }));

export const secondStep = async (proof: z.infer<typeof twoFactorRequest>): Promise<Answer["state"]> =>
  take(await call<Answer>("/auth/two-factor", { method: "POST", body: proof }));
