import { expect } from "@jest/globals";
import { stubbornly } from "./gateway.js";
import type { ConversationView, MessageView, Page } from "./views.js";

/** What a suite does with a gateway that is killed meanwhile: everything is asked again until it is answered. */
export function underFire(gateway: () => { url: string; key: string }) {
  const stubborn = stubbornly(gateway);
  return {
    stubborn,
    conversations: async () => (await stubborn<Page<ConversationView>>("GET", "/conversations?limit=100")).body.data,
    thread: async (id: string) =>
      (await stubborn<Page<MessageView>>("GET", `/conversations/${id}/messages?limit=100`)).body.data,
    /** Writes "out 0", "out 1" … up to `each` into every conversation, one after the other; `taken` hears of each. */
    async reply(open: readonly { id: string }[], each: number, taken: () => void = () => undefined): Promise<void> {
      const into = async ({ id }: { id: string }) => {
        for (let n = 0; n < each; n++) {
          const body = { content: { kind: "text", text: `out ${n}` } };
          const headers = { "idempotency-key": `${id}-${n}` };
          const answer = await stubborn("POST", `/conversations/${id}/messages`, body, headers);
          expect(answer).toMatchObject({ status: 201 });
          taken();
        }
      };
      await Promise.all(open.map(into));
    },
  };
}
