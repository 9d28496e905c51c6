import { endpoint, type Endpoint } from "../../api/endpoint.js";
import { requireScope } from "../../identity/index.js";
import { demoDto, demoRequest } from "../../wire/simulator.js";
import type { DemoControl } from "./ports.js";

/** Demo data: what a newcomer looks at first. */
export function demoEndpoints(demo: DemoControl): Endpoint[] {
  const tag = "Simulator";
  return [
    endpoint({
      method: "post",
      path: "/demo",
      tag,
      summary: "Fill the workspace with demo conversations",
      description:
        "On simulated channels, in four languages, over the last 14 days; it takes some seconds and goes on by itself. " +
        "Progress is told by the ephemeral `demo.progress`. Needs the scopes simulator and channels:manage.",
      scope: "simulator",
      body: demoRequest,
      bodyOptional: true,
      status: 202,
      answer: demoDto,
      errors: ["conflict"],
      idempotency: "none",
      handle({ principal, body }) {
        requireScope(principal, "channels:manage");
        return demo.load(principal.workspaceId, body.language);
      },
    }),
    endpoint({
      method: "get",
      path: "/demo",
      tag,
      summary: "See whether demo conversations are there",
      scope: "conversations:read",
      answer: demoDto,
      handle: ({ principal }) => demo.state(principal.workspaceId),
    }),
    endpoint({
      method: "delete",
      path: "/demo",
      tag,
      summary: "Remove the demo conversations",
      description: "Its channels, conversations, contacts, files and labels, and nothing else.",
      scope: "simulator",
      answer: demoDto,
      status: 202,
      errors: ["conflict"],
      handle({ principal }) {
        requireScope(principal, "channels:manage");
        return demo.remove(principal.workspaceId);
      },
    }),
  ];
}
