import type { Router } from "express";
import { httpDelivery, httpInbound } from "../adapters/http/index.js";
import { adapters } from "../adapters/registry.js";
import type { Endpoint } from "../api/endpoint.js";
import { endpointRoutes } from "../http/endpoints.js";
import { openApiDocument } from "../http/openapi.js";
import { webhookEvents } from "../wire/hooks.js";
import { attachmentEndpoints } from "../http/routes/attachments.js";
import { channelEndpoints } from "../http/routes/channels.js";
import { contactEndpoints } from "../http/routes/contacts.js";
import { conversationEndpoints } from "../http/routes/conversations.js";
import { messageEndpoints } from "../http/routes/messages.js";
import { operationsEndpoints } from "../http/routes/operations.js";
import { templateEndpoints } from "../http/routes/templates.js";
import { workspaceEndpoints } from "../http/routes/workspace.js";
import type { Services } from "./services.js";

/** Every endpoint of `/api/v1`. */
export function endpointsOf(services: Services, publicUrl: () => string): Endpoint[] {
  const { inbox, identity, channels, operations, present, queues } = services;
  return [
    ...conversationEndpoints({ inbox, present, isMember: identity.members.has }),
    ...messageEndpoints({ inbox, present }),
    ...attachmentEndpoints({ inbox, present, enqueue: queues }),
    ...contactEndpoints(inbox),
    ...channelEndpoints({ inbox, channels, adapters, publicUrl }),
    ...templateEndpoints(inbox),
    ...workspaceEndpoints({ identity, inbox }),
    ...operationsEndpoints({ inbox, operations }),
    ...services.hooks.endpoints,
  ];
}

/** The custom HTTP channel, both ways, beside what integrators are told. */
const httpChannel = [
  {
    name: "http-channel.delivery",
    summary: "A custom HTTP channel: what is posted to the account's own address, signed (Standard Webhooks)",
    payload: httpDelivery,
  },
  {
    name: "http-channel.events",
    summary: "A custom HTTP channel: what its system posts to the account's webhook address here, signed the same way",
    payload: httpInbound,
  },
];

/** The OpenAPI document of all of them. */
export const apiDocument = (endpoints: readonly Endpoint[], version: string, serverUrl: string) =>
  openApiDocument(endpoints, { version, serverUrl, webhooks: [...webhookEvents, ...httpChannel] });

export const apiRoutes = (endpoints: readonly Endpoint[], services: Services): Router =>
  endpointRoutes(endpoints, services.keptAnswers);
