/** The few words that figures are written with. They stand here and not among the messages so that a figure reads the same wherever it is formatted. */
type Words = Readonly<{
  /** Between the members of a list. */
  comma: string;
  free: string;
  now: string;
  ago: (count: number, unit: "min" | "h") => string;
  ahead: (count: number, unit: "min" | "h") => string;
  months: readonly string[] | undefined;
  units: Readonly<Record<"tokens" | "chars" | "calls" | "call" | "image" | "minute" | "second" | "video" | "videoSecond" | "pages" | "searches", string>>;
}>;

const EN: Words = {
  comma: ", ",
  free: "Free",
  now: "just now",
  ago: (count, unit) => `${count} ${unit} ago`,
  ahead: (count, unit) => `in ${count} ${unit}`,
  months: ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
  units: {
    tokens: "1M tokens", chars: "1M characters", calls: "1K calls", call: "call", image: "image", minute: "minute", second: "second",
    video: "video", videoSecond: "second of video", pages: "1K pages", searches: "1K searches",
  },
};

const ZH_UNITS = { min: "分钟", h: "小时" } as const;

const ZH: Words = {
  comma: "、",
  free: "免费",
  now: "刚刚",
  ago: (count, unit) => `${count}${ZH_UNITS[unit]}前`,
  ahead: (count, unit) => `${count}${ZH_UNITS[unit]}后`,
  months: undefined,
  units: {
    tokens: "百万 Token", chars: "百万字符", calls: "千次调用", call: "次调用", image: "张", minute: "分钟", second: "秒",
    video: "个视频", videoSecond: "秒视频", pages: "千页", searches: "千次搜索",
  },
};

export const wordsOf = (locale: string): Words => (locale.startsWith("zh") ? ZH : EN);
