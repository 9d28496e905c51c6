import { a, c, f, n, type Script } from "../script.js";

export const arabic: readonly Script[] = [
  {
    on: "whatsapp",
    who: "ليلى حداد",
    language: "ar",
    days: 0.03,
    steps: [c("مساء الخير، هل المكتب الخشبي متوفر الآن؟"), c("أحتاجه قبل نهاية الأسبوع.")],
    end: { labels: ["Order"], priority: "high" },
  },
  {
    on: "telegram",
    who: "عمر الخطيب",
    language: "ar",
    days: 0.6,
    steps: [
      c("وصل الطلب ناقصًا، لا يوجد دليل التركيب."),
      a("نعتذر عن ذلك. سنرسل لك الدليل الآن بصيغة PDF."),
      c("شكرًا جزيلاً لكم."),
    ],
    end: { assign: true, labels: ["Delivery"] },
  },
  {
    on: "messenger",
    who: "سارة منصور",
    language: "ar",
    days: 2.2,
    steps: [c("ما هي تكلفة التوصيل إلى عمّان؟"), a("التوصيل مجاني للطلبات فوق 100 دولار."), c("رائع، سأطلب اليوم.")],
    end: { status: "resolved", labels: ["Order"] },
  },
  {
    on: "whatsapp",
    who: "يوسف العلي",
    language: "ar",
    days: 7.7,
    steps: [
      f("image", "هذه صورة الكرسي بعد التركيب"),
      a("يبدو رائعًا! شكرًا لمشاركتنا الصورة."),
      { by: "like", emoji: "🙏" },
      n("زبون دائم، يستحق قسيمة خصم."),
    ],
    end: { status: "resolved", labels: ["VIP"] },
  },
  {
    on: "telegram",
    who: "هدى الزين",
    language: "ar",
    days: 0.2,
    steps: [c("هل يمكنني تغيير موعد التوصيل إلى الغد؟")],
    end: { status: "pending" },
  },
  {
    on: "whatsapp",
    who: "كريم فارس",
    language: "ar",
    days: 0.35,
    steps: [c("هل استلمتم إيصال الدفع الذي أرسلته؟")],
    end: { assign: true, labels: ["Refund"] },
    then: { fails: "نعم، استلمناه وسنؤكد الطلب خلال ساعة." },
  },
];
