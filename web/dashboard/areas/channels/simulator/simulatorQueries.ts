import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { z } from "zod";
import type { conversationDto } from "../../../../../src/wire/inbox.js";
import type {
  SimulatorDto,
  SimulatorExchangeDto,
  SimulatorFault,
  SimulatorMessage,
} from "../../../../../src/wire/simulator.js";
import { useCall } from "../../../api/workspaceCall.js";
import { useEvents } from "../../../realtime/connection.js";
import { useChannelsKey, useEphemeral, usePace } from "../queries.js";

export type Simulator = SimulatorDto;
export type Exchange = SimulatorExchangeDto;
export type Customer = Simulator["customers"][number];
export type PhoneMessage = Customer["messages"][number];
export type Act = SimulatorMessage["kind"];
export type Write = Omit<SimulatorMessage, "kind"> & { kind: Act };
type Conversation = z.infer<typeof conversationDto>;

/** The phone and the wire of a simulated account, kept fresh, and what can be done with them. */
export function useSimulator(channelId: string) {
  const call = useCall();
  const client = useQueryClient();
  const queryKey = [...useChannelsKey(), "simulator", channelId];
  const changed = () => client.invalidateQueries({ queryKey });
  useEphemeral("simulator.exchange", ({ data }) => {
    if (data.channel_account_id === undefined || data.channel_account_id === channelId) void changed();
  });
  useEvents("message.", () => void changed());
  const path = `/channels/${channelId}/simulator`;
  const pace = usePace(3_000, 2_000);
  return {
    query: useQuery({
      queryKey,
      queryFn: ({ signal }) => call<Simulator>(path, { signal }),
      refetchInterval: pace,
    }),
    write: useMutation({
      mutationFn: (message: Write) =>
        call<{ customer_id: string; message_id: string | null }>(`${path}/messages`, { method: "POST", body: message }),
      onSettled: changed,
    }),
    fault: useMutation({
      mutationFn: (body: { fault: SimulatorFault; on: boolean }) => call(`${path}/faults`, { method: "POST", body }),
      onSettled: changed,
    }),
    talk: useMutation({
      mutationFn: (talkative: boolean) => call(path, { method: "PATCH", body: { talkative } }),
      onSettled: changed,
    }),
  };
}

/** The newest conversation of a customer of the simulator; by name, which is all that both sides know. */
export function useConversationOf(channelId: string, name: string | undefined) {
  const call = useCall();
  const client = useQueryClient();
  const queryKey = [...useChannelsKey(), "simulatedConversations", channelId];
  useEvents("conversation.", () => void client.invalidateQueries({ queryKey }));
  const { data } = useQuery({
    queryKey,
    refetchInterval: 10_000,
    queryFn: ({ signal }) =>
      call<{ data: Conversation[] }>("/conversations", {
        query: { channel_account_id: channelId, limit: 50 },
        signal,
      }),
  });
  return data?.data.find(({ contact }) => contact.name === name);
}
