import type { Mail } from "../platform/mail/index.js";
import { buttonLink, escaped, letter, oneLine, smallPrint } from "../platform/mail/letter.js";
import type { Language } from "../wire/identity.js";

export type MailKind = "verify" | "reset" | "invitation";

interface Words {
  subject: string;
  body: string;
  action: string;
  foot: string;
}

/** {workspace} and {by} are filled in. */
const words: Record<Language, Record<MailKind, Words>> = {
  en: {
    verify: {
      subject: "Confirm your e-mail address",
      body: "Somebody, most likely you, uses this address for Switchboard.",
      action: "Confirm the address",
      foot: "The link works for 24 hours. If this was not you, ignore this mail.",
    },
    reset: {
      subject: "Set a new password",
      body: "Somebody, most likely you, asked for a new Switchboard password.",
      action: "Set a new password",
      foot: "The link works once, within an hour. If this was not you, ignore this mail: nothing changes.",
    },
    invitation: {
      subject: "Invitation to {workspace}",
      body: "{by} invites you to the workspace {workspace} on Switchboard.",
      action: "Accept the invitation",
      foot: "The link works for 7 days. If you do not know what this is about, ignore this mail.",
    },
  },
  es: {
    verify: {
      subject: "Confirma tu dirección de correo",
      body: "Alguien, probablemente tú, usa esta dirección en Switchboard.",
      action: "Confirmar la dirección",
      foot: "El enlace funciona durante 24 horas. Si no has sido tú, ignora este correo.",
    },
    reset: {
      subject: "Elige una contraseña nueva",
      body: "Alguien, probablemente tú, ha pedido una contraseña nueva de Switchboard.",
      action: "Elegir una contraseña nueva",
      foot: "El enlace funciona una sola vez, durante una hora. Si no has sido tú, ignora este correo: no cambia nada.",
    },
    invitation: {
      subject: "Invitación a {workspace}",
      body: "{by} te invita al espacio de trabajo {workspace} en Switchboard.",
      action: "Aceptar la invitación",
      foot: "El enlace funciona durante 7 días. Si no sabes de qué se trata, ignora este correo.",
    },
  },
  de: {
    verify: {
      subject: "Bestätige deine E-Mail-Adresse",
      body: "Jemand, wahrscheinlich du, verwendet diese Adresse für Switchboard.",
      action: "Adresse bestätigen",
      foot: "Der Link gilt 24 Stunden. Wenn du das nicht warst, ignoriere diese E-Mail.",
    },
    reset: {
      subject: "Lege ein neues Passwort fest",
      body: "Jemand, wahrscheinlich du, hat ein neues Switchboard-Passwort angefordert.",
      action: "Neues Passwort festlegen",
      foot: "Der Link gilt einmal, innerhalb einer Stunde. Wenn du das nicht warst, ignoriere diese E-Mail: Es ändert sich nichts.",
    },
    invitation: {
      subject: "Einladung zu {workspace}",
      body: "{by} lädt dich in den Arbeitsbereich {workspace} auf Switchboard ein.",
      action: "Einladung annehmen",
      foot: "Der Link gilt 7 Tage. Wenn du nicht weißt, worum es geht, ignoriere diese E-Mail.",
    },
  },
  "pt-BR": {
    verify: {
      subject: "Confirme seu endereço de e-mail",
      body: "Alguém, provavelmente você, usa este endereço no Switchboard.",
      action: "Confirmar o endereço",
      foot: "O link funciona por 24 horas. Se não foi você, ignore este e-mail.",
    },
    reset: {
      subject: "Defina uma nova senha",
      body: "Alguém, provavelmente você, pediu uma nova senha do Switchboard.",
      action: "Definir uma nova senha",
      foot: "O link funciona uma única vez, dentro de uma hora. Se não foi você, ignore este e-mail: nada muda.",
    },
    invitation: {
      subject: "Convite para {workspace}",
      body: "{by} convida você para o espaço de trabalho {workspace} no Switchboard.",
      action: "Aceitar o convite",
      foot: "O link funciona por 7 dias. Se você não sabe do que se trata, ignore este e-mail.",
    },
  },
  fr: {
    verify: {
      subject: "Confirmez votre adresse e-mail",
      body: "Quelqu’un, probablement vous, utilise cette adresse pour Switchboard.",
      action: "Confirmer l’adresse",
      foot: "Le lien est valable 24 heures. Si ce n’était pas vous, ignorez cet e-mail.",
    },
    reset: {
      subject: "Choisissez un nouveau mot de passe",
      body: "Quelqu’un, probablement vous, a demandé un nouveau mot de passe Switchboard.",
      action: "Choisir un nouveau mot de passe",
      foot: "Le lien fonctionne une seule fois, pendant une heure. Si ce n’était pas vous, ignorez cet e-mail : rien ne change.",
    },
    invitation: {
      subject: "Invitation à {workspace}",
      body: "{by} vous invite dans l’espace de travail {workspace} sur Switchboard.",
      action: "Accepter l’invitation",
      foot: "Le lien est valable 7 jours. Si vous ne savez pas de quoi il s’agit, ignorez cet e-mail.",
    },
  },
  ar: {
    verify: {
      subject: "أكّد عنوان بريدك الإلكتروني",
      body: "استخدم شخص ما، أنت على الأرجح، هذا العنوان في Switchboard.",
      action: "تأكيد العنوان",
      foot: "الرابط صالح لمدة 24 ساعة. إذا لم تكن أنت، فتجاهل هذه الرسالة.",
    },
    reset: {
      subject: "عيّن كلمة مرور جديدة",
      body: "طلب شخص ما، أنت على الأرجح، كلمة مرور جديدة في Switchboard.",
      action: "تعيين كلمة مرور جديدة",
      foot: "يعمل الرابط مرة واحدة خلال ساعة. إذا لم تكن أنت، فتجاهل هذه الرسالة: لن يتغير شيء.",
    },
    invitation: {
      subject: "دعوة إلى {workspace}",
      body: "يدعوك {by} إلى مساحة العمل {workspace} على Switchboard.",
      action: "قبول الدعوة",
      foot: "الرابط صالح لمدة 7 أيام. إذا كنت لا تعرف سبب هذه الرسالة، فتجاهلها.",
    },
  },
};

/** A mail in the person's language, as plain text and as simple HTML. Names stand in it as text. */
export function mailOf(
  kind: MailKind,
  options: { to: string; language: Language; link: string; workspace?: string; by?: string },
): Mail {
  const { subject, body, action, foot } = words[options.language][kind];
  const fill = (text: string) =>
    text.replace(/\{(workspace|by)\}/g, (_all, name: "workspace" | "by") => oneLine(options[name] ?? ""));
  const text = `${fill(body)}\n\n${action}:\n${options.link}\n\n${foot}\n`;
  const html = letter({
    language: options.language,
    subject: fill(subject),
    body: `<p>${escaped(fill(body))}</p>
<p>${buttonLink(options.link, action)}</p>
${smallPrint(escaped(foot))}
<p style="color:#4a5360;font-size:12px;line-height:16px;word-break:break-all">${escaped(options.link)}</p>`,
  });
  return { to: options.to, subject: fill(subject), text, html };
}
