import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { z } from "zod";
import type {
  binDto,
  binRequestDto,
  createdEndpointDto,
  deliveryDetailDto,
  deliveryDto,
  endpointChange,
  endpointDto,
  newEndpoint,
  pingDto,
  replayHooksRequest,
  secretDto,
} from "../../../../src/wire/hooks.js";
import type { apiKeyDto, createdApiKeyDto, newApiKey } from "../../../../src/wire/workspace.js";
import { useWorkspace } from "../../api/session.js";
import { useCall } from "../../api/workspaceCall.js";

export type ApiKey = z.infer<typeof apiKeyDto>;
export type CreatedKey = z.infer<typeof createdApiKeyDto>;
export type NewKey = z.input<typeof newApiKey>;
export type HookEndpoint = z.infer<typeof endpointDto>;
export type CreatedEndpoint = z.infer<typeof createdEndpointDto>;
export type NewEndpoint = z.input<typeof newEndpoint>;
export type EndpointChange = z.input<typeof endpointChange>;
export type Delivery = z.infer<typeof deliveryDto>;
export type DeliveryDetail = z.infer<typeof deliveryDetailDto>;
export type DeliveryState = Delivery["state"];
export type Secrets = z.infer<typeof secretDto>["secrets"];
export type Bin = z.infer<typeof binDto>;
export type BinRequest = z.infer<typeof binRequestDto>;
/** What an event is, with the JSON Schema of its payload. */
export interface EventKind {
  type: string;
  summary: string;
  schema: unknown;
}
interface PageOf<T> {
  data: T[];
  next_cursor: string | null;
  has_more: boolean;
}

export const useDevelopersKey = (): readonly [string, string] => ["developers", useWorkspace().id];

export function useKeys() {
  const call = useCall();
  const client = useQueryClient();
  const queryKey = [...useDevelopersKey(), "keys"];
  const changed = () => client.invalidateQueries({ queryKey });
  return {
    list: useQuery({
      queryKey,
      queryFn: ({ signal }) => call<{ data: ApiKey[] }>("/api-keys", { signal }).then(({ data }) => data),
    }),
    create: useMutation({
      mutationFn: (body: NewKey) => call<CreatedKey>("/api-keys", { method: "POST", body }),
      onSuccess: changed,
    }),
    revoke: useMutation({
      mutationFn: (id: string) => call(`/api-keys/${id}`, { method: "DELETE" }),
      onSuccess: changed,
    }),
  };
}

export function useEndpoints() {
  const call = useCall();
  return useQuery({
    queryKey: [...useDevelopersKey(), "endpoints"],
    queryFn: ({ signal }) => call<{ data: HookEndpoint[] }>("/webhook-endpoints", { signal }).then(({ data }) => data),
    refetchInterval: 30_000,
  });
}

export function useEndpoint(id: string) {
  const call = useCall();
  return useQuery({
    queryKey: [...useDevelopersKey(), "endpoint", id],
    queryFn: ({ signal }) => call<HookEndpoint>(`/webhook-endpoints/${id}`, { signal }),
    // In step with its deliveries: a list of failures under "Delivering" would be a contradiction.
    refetchInterval: 10_000,
  });
}

/** What can be done with webhook endpoints; each refreshes what it changed. */
export function useEndpointActions() {
  const call = useCall();
  const client = useQueryClient();
  const queryKey = useDevelopersKey();
  const changed = () => client.invalidateQueries({ queryKey });
  const at = (id: string) => `/webhook-endpoints/${id}`;
  return {
    create: useMutation({
      mutationFn: (body: NewEndpoint) => call<CreatedEndpoint>("/webhook-endpoints", { method: "POST", body }),
      onSuccess: changed,
    }),
    change: useMutation({
      mutationFn: ({ id, ...body }: EndpointChange & { id: string }) =>
        call<HookEndpoint>(at(id), { method: "PATCH", body }),
      onSuccess: changed,
    }),
    remove: useMutation({ mutationFn: (id: string) => call(at(id), { method: "DELETE" }), onSuccess: changed }),
    rotate: useMutation({
      mutationFn: ({ id, hours }: { id: string; hours: number }) =>
        call<{ secrets: Secrets }>(`${at(id)}/rotate-secret`, { method: "POST", body: { overlap_hours: hours } }),
    }),
    test: useMutation({
      mutationFn: (id: string) => call<z.infer<typeof pingDto>>(`${at(id)}/test`, { method: "POST" }),
      onSuccess: changed,
    }),
    recover: useMutation({
      mutationFn: ({ id, since }: { id: string; since: string }) =>
        call<{ deliveries: number }>(`${at(id)}/recover`, { method: "POST", body: { since } }),
      onSuccess: changed,
    }),
    replay: useMutation({
      mutationFn: ({ id, ...body }: z.input<typeof replayHooksRequest> & { id: string }) =>
        call<{ deliveries: number }>(`${at(id)}/replay`, { method: "POST", body }),
      onSuccess: changed,
    }),
    resend: useMutation({
      mutationFn: (id: string) => call<Delivery>(`/webhook-deliveries/${id}/resend`, { method: "POST" }),
      onSuccess: changed,
    }),
  };
}

export function useBins() {
  const call = useCall();
  const client = useQueryClient();
  const queryKey = [...useDevelopersKey(), "bins"];
  const changed = () => client.invalidateQueries({ queryKey });
  return {
    list: useQuery({
      queryKey,
      queryFn: ({ signal }) => call<{ data: Bin[] }>("/webhook-bins", { signal }).then(({ data }) => data),
      refetchInterval: 30_000,
    }),
    create: useMutation({ mutationFn: () => call<Bin>("/webhook-bins", { method: "POST" }), onSuccess: changed }),
    remove: useMutation({
      mutationFn: (id: string) => call(`/webhook-bins/${id}`, { method: "DELETE" }),
      onSuccess: changed,
    }),
  };
}

export function useDeliveries(endpointId: string, state: string | undefined, eventType: string) {
  const call = useCall();
  return useInfiniteQuery({
    queryKey: [...useDevelopersKey(), "deliveries", endpointId, state, eventType],
    queryFn: ({ pageParam, signal }) =>
      call<PageOf<Delivery>>(`/webhook-endpoints/${endpointId}/deliveries`, {
        query: { cursor: pageParam, state, event_type: eventType, limit: 50 },
        signal,
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => (page.has_more ? page.next_cursor : null),
    refetchInterval: 10_000,
  });
}

export function useDelivery(id: string) {
  const call = useCall();
  return useQuery({
    queryKey: [...useDevelopersKey(), "delivery", id],
    queryFn: ({ signal }) => call<DeliveryDetail>(`/webhook-deliveries/${id}`, { signal }),
    refetchInterval: 5_000,
  });
}

export function useEventKinds() {
  const call = useCall();
  return useQuery({
    queryKey: [...useDevelopersKey(), "events"],
    queryFn: ({ signal }) => call<{ data: EventKind[] }>("/webhook-schemas", { signal }).then(({ data }) => data),
    staleTime: 10 * 60_000,
  });
}
