/** What a reason means, in English, and which further members of the problem document it brings. */
interface Described {
  means: string;
  params: readonly string[];
}

const described = <T extends Record<string, Described>>(catalogue: T): T => catalogue;

/**
 * Why something was refused, finer than its code: what a person in the dashboard can meet, each with a sentence in every language.
 * A reason never changes its meaning. What a provider or the rules of a channel say has reasons of its own (`window_closed`).
 */
export const reasons = described({
  used: { means: "This link was used, or it ran out. Ask for a new one.", params: [] },
  session_over: { means: "You were signed out. Sign in again.", params: [] },
  wrong_sign_in: { means: "The e-mail address or the password is not right.", params: [] },
  sign_in_expired: { means: "Too much time has passed. Begin again with e-mail address and password.", params: [] },
  wrong_password: { means: "The password is not right.", params: [] },
  wrong_code: {
    means: "The code is not right, or it was used before. Check the clock of the device that shows it.",
    params: [],
  },
  sign_in_first: { means: "Sign in first, then open the link again.", params: [] },
  signed_in_as_another: {
    means: "You are signed in as somebody else. Sign out, then open the link again.",
    params: [],
  },
  account_exists: { means: "There is an account of this address already. Use its password.", params: [] },
  already_member: { means: "This person is a member of the workspace already.", params: [] },
  invitation_open: { means: "This address has an open invitation. Send that one again, or take it back.", params: [] },
  invitations_most: { means: "At most `most` invitations may be open at once.", params: ["most"] },
  password_too_easy: { means: "This password is among the first that anybody would try. Choose another.", params: [] },
  password_too_short: { means: "The password is too short. Use at least 8 characters.", params: [] },
  last_owner: { means: "A workspace keeps at least one owner. Make somebody else an owner first.", params: [] },
  not_member: { means: "You are not a member of this workspace.", params: [] },
  two_factor_required: { means: "This workspace asks for two-factor sign-in. Turn it on to go on.", params: [] },
  two_factor_missing: { means: "Turn two-factor sign-in on for yourself first.", params: [] },
  two_factor_on: { means: "Two-factor sign-in is on. Turn it off first, with a code.", params: [] },
  two_factor_off: { means: "Two-factor sign-in is off.", params: [] },
  secret_outdated: { means: "This key is not the newest any more. Begin again and scan the new one.", params: [] },
  permission_missing: { means: "Your role lacks a permission for this: `permission`.", params: ["permission"] },
  permission_not_yours: {
    means: "You do not have this permission, so you cannot give it: `permission`.",
    params: ["permission"],
  },
  role_name_taken: { means: "There is a role of that name already.", params: [] },
  roles_most: { means: "A workspace has at most `most` roles of its own.", params: ["most"] },
  role_built_in: { means: "A built-in role stays as it is. Make one of your own.", params: [] },
  role_in_use: { means: "Somebody has this role. Give them another first.", params: [] },
  role_unknown: { means: "There is no such role in this workspace.", params: [] },
  role_not_applicable: { means: "This member does not sign in, so no role applies.", params: [] },
  member_unknown: { means: "There is no such member in this workspace.", params: [] },
  preferences_too_large: { means: "Your preferences are too large to be kept.", params: [] },
  label_name_taken: { means: "There is a label of that name already.", params: [] },
  labels_most: { means: "A workspace has at most `most` labels.", params: ["most"] },
  canned_shortcut_taken: { means: "There is a canned reply with that shortcut in that language already.", params: [] },
  canned_most: { means: "A workspace has at most `most` canned replies.", params: ["most"] },
  text_not_readable: { means: "The text has a variable that cannot be read.", params: [] },
  macros_most: { means: "A workspace has at most `most` macros.", params: ["most"] },
  variables_unknown: { means: "Nothing is known for `names`.", params: ["names"] },
  views_most: { means: "A workspace has at most `most` views.", params: ["most"] },
  segments_most: { means: "A workspace has at most `most` segments.", params: ["most"] },
  csv_not_utf8: {
    means: "The file is not encoded as UTF-8. Save it as “CSV UTF-8” and choose it again. Nothing was imported.",
    params: [],
  },
  csv_not_text: { means: "This is no CSV file. Nothing was imported.", params: [] },
  csv_unreadable: {
    means:
      "The file cannot be read from line `line` on: a quotation mark is open or in the wrong place. Nothing was imported.",
    params: ["line"],
  },
  csv_row_too_long: { means: "Line `line` of the file is too long. Nothing was imported.", params: ["line"] },
  csv_empty: { means: "There are no rows in the file.", params: [] },
  csv_rows_most: {
    means:
      "The file has more than `most` rows. Split it and import the parts one after the other. Nothing was imported.",
    params: ["most"],
  },
  csv_columns_most: { means: "The file has more than `most` columns. Nothing was imported.", params: ["most"] },
  csv_columns_wrong: {
    means:
      "What the columns hold does not fit the file: each of them once, and an ID, a phone number or an e-mail address among them.",
    params: [],
  },
  export_columns_most: {
    means: "These contacts have more than `most` different attributes, too many for a table. Narrow them down first.",
    params: ["most"],
  },
  newer_draft: { means: "Another device wrote a newer draft.", params: [] },
  endpoints_most: { means: "A workspace has at most `most` webhooks.", params: ["most"] },
  bins_most: { means: "A workspace has at most `most` request bins at a time. Delete one first.", params: ["most"] },
  start_missing: { means: "Say from when.", params: [] },
  delivery_under_way: { means: "It is on its way already.", params: [] },
  address_refused: { means: "Webhooks may not be sent to this address.", params: [] },
  still_unreadable: { means: "The payload still cannot be read. It stays here.", params: [] },
  nothing_to_mend: { means: "This work carries nothing that could be mended.", params: [] },
  channel_unknown: { means: "There is no such channel.", params: [] },
  channel_simulated: { means: "This channel is simulated. Connect the real one as a channel of its own.", params: [] },
  channel_no_address: { means: "There is no address that the provider would have to be told.", params: [] },
  channel_shakes_hands: { means: "The provider itself shows that it knows the address, by its handshake.", params: [] },
  channel_secret_not_ours: { means: "This channel has no secret of ours that could be changed.", params: [] },
  channel_not_linked: { means: "This channel is not one that is linked on a phone.", params: [] },
  channel_number_missing: { means: "Put the phone number in first.", params: [] },
  channel_off: { means: "The channel is off. Switch it on first.", params: [] },
  channel_number_fixed: {
    means: "This channel is for the number +`number`. Connect another number as a channel of its own.",
    params: ["number"],
  },
  contact_changed: { means: "The contact was changed meanwhile. Try again.", params: [] },
  contact_merge_impossible: {
    means: "A contact cannot be merged into itself or into one that was merged away.",
    params: [],
  },
  contact_merged_already: { means: "This contact was merged into another one already.", params: [] },
  contact_not_merged: { means: "This contact is not merged into another one.", params: [] },
  notes_most: { means: "A contact has at most `most` notes.", params: ["most"] },
  file_too_large: { means: "A file may have at most `mb` MB. Nothing was kept.", params: ["mb"] },
  file_empty: { means: "The file is empty.", params: [] },
  account_off: { means: "The channel is switched off. Nothing was changed.", params: [] },
  account_gone: { means: "The channel of this message is gone.", params: [] },
  edit_unsupported: { means: "This channel cannot edit messages.", params: [] },
  edit_parts: { means: "A message that was sent in parts cannot be edited.", params: [] },
  edit_caption_only: { means: "Of a file only the caption can be changed.", params: [] },
  edit_into_file: { means: "A message cannot be edited into a file. Send the file as a new message.", params: [] },
  delete_unsupported: { means: "This channel cannot delete messages.", params: [] },
  delete_too_late: { means: "Too late: this channel deletes messages within `hours` h.", params: ["hours"] },
  reactions_unsupported: { means: "This channel has no reactions.", params: [] },
  reaction_not_taken: { means: "This channel does not take this emoji as a reaction.", params: [] },
  block_unsupported: { means: "This channel cannot keep people from writing.", params: [] },
  message_unknown: { means: "That message is not in this conversation.", params: [] },
  message_of_customer: { means: "What a customer wrote cannot be changed here.", params: [] },
  message_not_delivered: {
    means: "The provider does not have this message, so it cannot be changed there.",
    params: [],
  },
  message_not_waiting: { means: "This message does not wait any more, so it cannot be taken back.", params: [] },
  message_not_failed: { means: "Only what was not delivered can be tried again.", params: [] },
  message_not_scheduled: { means: "This message is not one that is to be sent later any more.", params: [] },
  moment_over: { means: "That moment is over. Choose a later one.", params: [] },
  moment_too_far: { means: "That is too far away: choose a moment within a year.", params: [] },
  too_many_scheduled: {
    means: "`most` messages of this conversation are to be sent later already. Send or cancel one of them first.",
    params: ["most"],
  },
  forward_note: { means: "A private note is not sent to a customer.", params: [] },
  forward_file_missing: { means: "A file of that message is not here, so it cannot be forwarded.", params: [] },
  forward_nothing: { means: "There is nothing in that message to forward.", params: [] },
  attachment_missing: { means: "A file of the message is not here. Upload it again.", params: [] },
  templates_unsupported: { means: "This channel has no templates.", params: [] },
  template_unknown: { means: "There is no such template any more.", params: [] },
  template_not_approved: { means: "The template is not approved, so it cannot be sent.", params: [] },
  template_parameters: { means: "The template’s places are not filled in rightly. Nothing was sent.", params: [] },
  simulator_off: { means: "The simulator is off. The operator can set SIMULATOR to on.", params: [] },
  account_live: { means: "This channel is live: its customers are real people, and nobody can play them.", params: [] },
  demo_removing: { means: "The demo is just being removed.", params: [] },
  demo_loading: { means: "The demo is just being loaded. Remove it once it is ready.", params: [] },
});
export type Reason = keyof typeof reasons;

/** What is wrong with one field. `params` are members of its entry in `errors`. */
export const fieldReasons = described({
  missing: { means: "This is needed.", params: [] },
  too_short: { means: "Use at least `min` characters.", params: ["min"] },
  too_long: { means: "Use at most `max` characters.", params: ["max"] },
  too_few_items: { means: "Choose at least `min`.", params: ["min"] },
  too_many_items: { means: "Choose at most `max`.", params: ["max"] },
  too_small: { means: "At least `min`.", params: ["min"] },
  too_big: { means: "At most `max`.", params: ["max"] },
  not_email: { means: "That is no e-mail address.", params: [] },
  not_url: { means: "That is no web address.", params: [] },
  wrong_form: { means: "This is not written as it should be.", params: [] },
  wrong_choice: { means: "Choose one of what is offered.", params: [] },
  not_right: { means: "This is not right.", params: [] },
  unexpected: { means: "Nothing of that name is expected.", params: [] },
  invalid: { means: "This is not as it should be.", params: [] },
});
export type FieldReason = keyof typeof fieldReasons;
