import type { Router } from "express";
import { httpDelivery, httpInbound } from "../adapters/http/index.js";
import { adapters } from "../adapters/registry.js";
import type { Endpoint } from "../api/endpoint.js";
import { createAuditTrail } from "../http/auditTrail.js";
import { contactFileEndpoints } from "../features/contact-files/index.js";
import { endpointRoutes } from "../http/endpoints.js";
import { openApiDocument } from "../http/openapi.js";
import { webhookEvents } from "../wire/hooks.js";
import type { Site } from "../http/site.js";
import type { Log } from "../core/ports.js";
import { attachmentEndpoints } from "../http/routes/attachments.js";
import { authEndpoints } from "../http/routes/auth.js";
import { meEndpoints } from "../http/routes/me.js";
import { memberEndpoints } from "../http/routes/members.js";
import { channelEndpoints } from "../http/routes/channels.js";
import { channelSessionEndpoints } from "../http/routes/channelSessions.js";
import { contactEndpoints } from "../http/routes/contacts.js";
import { conversationEndpoints } from "../http/routes/conversations.js";
import { messageEndpoints } from "../http/routes/messages.js";
import { operationsEndpoints } from "../http/routes/operations.js";
import { templateEndpoints } from "../http/routes/templates.js";
import { workspaceEndpoints } from "../http/routes/workspace.js";
import { providerEventOf } from "./providerEvent.js";
import type { Services } from "./services.js";
import { version } from "./version.js";

/** Every endpoint of `/api/v1`. */
export function endpointsOf(services: Services, publicUrl: () => string): Endpoint[] {
  const { inbox, identity, accounts, oidc, mailer, channels, operations, present, queues } = services;
  const accessChanged = (workspaceId: string) => services.fanout.ephemeral(workspaceId, "access.changed", {});
  return [
    ...conversationEndpoints({ inbox, present, isMember: identity.members.has }),
    ...messageEndpoints({
      inbox,
      present,
      deliveriesOf: services.hooks.deliveriesOf,
      providerEvent: providerEventOf(inbox, services.keyring),
    }),
    ...attachmentEndpoints({ inbox, present, enqueue: queues }),
    // Before those with an id in the same place.
    ...contactFileEndpoints({ inbox, log: services.log }),
    ...contactEndpoints(inbox),
    ...channelEndpoints({ inbox, channels, adapters, publicUrl, errors: services.channelLog.errors }),
    ...channelSessionEndpoints(services.channelSessions),
    ...services.channelLog.endpoints,
    ...services.simulator.endpoints,
    ...services.demo.endpoints,
    ...templateEndpoints(inbox),
    ...workspaceEndpoints({ identity, inbox, accessChanged }),
    ...authEndpoints({
      identity,
      accounts,
      providers: oidc.providers,
      mailWorks: mailer.works,
      accessChanged,
      version,
      loadDemo: services.demo.available ? services.demo.load : undefined,
    }),
    ...meEndpoints({ identity, accounts, preferencesChanged: services.notifications.preferencesChanged }),
    ...services.notifications.endpoints,
    ...memberEndpoints({ identity, accounts, accessChanged }),
    ...operationsEndpoints({ inbox, operations }),
    ...services.hooks.endpoints,
    ...services.desk.endpoints,
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

export const apiRoutes = (endpoints: readonly Endpoint[], services: Services, site: Site, log: Log): Router =>
  endpointRoutes(endpoints, { kept: services.keptAnswers, trail: createAuditTrail(services.identity, log), site });
