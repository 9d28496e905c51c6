import { QueryClient } from "@tanstack/react-query";
import { Problem } from "./problem.js";

const worthRetrying = (error: unknown): boolean => {
  const { status } = Problem.from(error);
  return status === 0 || status === 429 || status >= 500;
};

/** Sockets keep data fresh, so nothing is fetched again for a look; a refusal is final. */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      gcTime: 10 * 60_000,
      refetchOnWindowFocus: false,
      // A failed fetch is what says offline; the browser's own guess is often wrong.
      networkMode: "always",
      retry: (failures, error) => failures < 2 && worthRetrying(error),
      retryDelay: (attempt, error) =>
        (Problem.from(error).retryAfterSeconds ?? 0) * 1_000 || Math.min(1_000 * 2 ** attempt, 8_000),
    },
    mutations: { networkMode: "always", retry: false },
  },
});
