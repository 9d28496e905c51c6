import { z } from "zod";
import { endpoint, type Endpoint } from "../../api/endpoint.js";
import { newId } from "../../core/ids.js";
import { asSealed } from "../../platform/sealed.js";
import { newSegment, segmentChange, segmentDto, type ContactFilters, type SegmentDto } from "../../wire/contacts.js";
import type { SegmentRow } from "./model.js";
import type { DeskDeps } from "./ports.js";
import { sharedRows } from "./sharedRows.js";

const place = (workspaceId: string) => ({ workspaceId, collection: "contact_segments", field: "filters" });

/** Saved filters of contacts. */
export function segmentEndpoints({ models: { segments }, keyring, clock }: DeskDeps): Endpoint[] {
  const tag = "Segments";
  const kept = sharedRows(segments, {
    one: "segment",
    many: "segments",
    unknown: "segment_unknown",
    full: "segments_most",
    most: 200,
  });
  const sealedFilters = async (workspaceId: string, filters: ContactFilters) =>
    asSealed(await keyring.seal(place(workspaceId), JSON.stringify(filters)));
  const present = async (row: SegmentRow): Promise<SegmentDto> => ({
    id: row._id,
    name: row.name,
    shared: row.shared,
    filters: JSON.parse(await keyring.open(place(row.workspaceId), row.filters)) as ContactFilters,
    created_by: row.createdBy,
    created_at: row.createdAt.toISOString(),
  });

  return [
    endpoint({
      method: "get",
      path: "/contact-segments",
      tag,
      summary: "List segments",
      description: "Saved filters of contacts; the list takes the same filters.",
      scope: "contacts:read",
      answer: z.object({ data: z.array(segmentDto) }),
      async handle({ principal }) {
        return { data: await Promise.all((await kept.list(principal)).map(present)) };
      },
    }),
    endpoint({
      method: "post",
      path: "/contact-segments",
      tag,
      summary: "Save a segment",
      scope: "contacts:write",
      body: newSegment,
      status: 201,
      answer: segmentDto,
      errors: ["unprocessable"],
      async handle({ principal: { workspaceId, callerId }, body: { name, shared, filters } }) {
        const row: SegmentRow = {
          _id: newId("segment"),
          workspaceId,
          name,
          shared,
          filters: await sealedFilters(workspaceId, filters),
          createdBy: callerId,
          createdAt: clock.now(),
        };
        await kept.add(row);
        return present(row);
      },
    }),
    endpoint({
      method: "patch",
      path: "/contact-segments/:id",
      tag,
      summary: "Change a segment",
      scope: "contacts:write",
      body: segmentChange,
      answer: segmentDto,
      async handle({ principal, params, body: { name, shared, filters } }) {
        const set = {
          ...(name === undefined ? {} : { name }),
          ...(shared === undefined ? {} : { shared }),
          ...(filters ? { filters: await sealedFilters(principal.workspaceId, filters) } : {}),
        };
        return present(await kept.change(principal, params.id!, set));
      },
    }),
    endpoint({
      method: "delete",
      path: "/contact-segments/:id",
      tag,
      summary: "Delete a segment",
      scope: "contacts:write",
      answer: null,
      handle: ({ principal, params }) => kept.remove(principal, params.id!),
    }),
  ];
}
