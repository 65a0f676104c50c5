/** Everything that is read on the page, in one place. Vietnamese first. */
export const STRINGS = {
  vi: {
    skip: 'Đến nội dung chính',
    other: 'English',
    otherHint: 'Chuyển sang tiếng Anh',
    signIn: 'Đăng nhập',
    signOut: 'Đăng xuất',
    username: 'Tên đăng nhập',
    password: 'Mật khẩu',
    refused: 'Tên đăng nhập hoặc mật khẩu không đúng.',
    tooMany: 'Sai quá nhiều lần. Hãy thử lại sau {seconds} giây.',
    unreachable: 'Không kết nối được máy chủ.',
    live: 'Đang cập nhật trực tiếp',
    lost: 'Mất kết nối, đang thử lại…',
    today: 'Hôm nay, {date}',
    planned: 'Theo lịch',
    played: 'Đã phát',
    partly: 'Phát một phần',
    skipped: 'Không phát',
    unknown: 'Chưa có báo cáo',
    pending: 'Sắp phát',
    villages: 'Các thôn, bản',
    noVillages: 'Chưa có cụm loa nào. Hãy thêm thôn, bản và cụm loa.',
    lastPlays: 'Lượt phát gần đây',
    noPlays: 'Hôm nay chưa có lượt phát nào.',
    uploads: 'Bản ghi âm đang xử lý',
    queued: 'Đang chờ',
    running: 'Đang xử lý',
    failed: 'Không dùng được',
    progressOf: 'Tiến độ của {name}',
    nowPlaying: 'Đang phát',
    next: 'Tiếp theo',
    nothingNext: 'Không có lịch phát sắp tới',
    silent: 'Đang im lặng',
    notKnown: 'Không rõ',
    online: 'Trực tuyến',
    offline: 'Mất liên lạc',
    offlineSince: 'Mất liên lạc từ {time}',
    never: 'Chưa từng kết nối',
    new: 'Chờ ghép nối',
    revoked: 'Đã thu hồi',
    ready: 'Sẵn sàng',
    waiting: 'Đã tải {ready}/{all} bản ghi',
    clock: 'Đồng hồ chưa tin cậy',
    muted: 'Âm lượng 0',
    since: 'từ {time}',
    apiDocs: 'Tài liệu API',
    reasons: {
      preempted: 'nhường cho nội dung khẩn',
      clockNotTrusted: 'đồng hồ chưa tin cậy',
      clipMissing: 'thiếu bản ghi âm',
      muted: 'đang tắt tiếng',
      outsideWindow: 'ngoài khung giờ',
      interrupted: 'mất điện hoặc chương trình bị dừng',
      boxOff: 'cụm loa tắt',
      planLate: 'lịch đến muộn',
      withdrawn: 'bản ghi âm đã bị rút',
      soundFault: 'lỗi thiết bị âm thanh',
      decodeFault: 'bản ghi âm không đọc được',
    },
  },
  en: {
    skip: 'Skip to the content',
    other: 'Tiếng Việt',
    otherHint: 'Switch to Vietnamese',
    signIn: 'Sign in',
    signOut: 'Sign out',
    username: 'User name',
    password: 'Password',
    refused: 'The user name or the password is wrong.',
    tooMany: 'Too many failed attempts. Try again in {seconds} s.',
    unreachable: 'The server is not to be reached.',
    live: 'Updating live',
    lost: 'Connection lost, trying again…',
    today: 'Today, {date}',
    planned: 'Planned',
    played: 'Played',
    partly: 'Partly played',
    skipped: 'Not played',
    unknown: 'Not yet reported',
    pending: 'To come',
    villages: 'Villages',
    noVillages: 'No loudspeaker cluster yet. Add villages and agents.',
    lastPlays: 'Last plays',
    noPlays: 'Nothing has been played today.',
    uploads: 'Clips being processed',
    queued: 'Waiting',
    running: 'Processing',
    failed: 'Not usable',
    progressOf: 'Progress of {name}',
    nowPlaying: 'Playing now',
    next: 'Next',
    nothingNext: 'Nothing planned',
    silent: 'Silent',
    notKnown: 'Not known',
    online: 'Online',
    offline: 'Offline',
    offlineSince: 'Offline since {time}',
    never: 'Never connected',
    new: 'Waits to be enrolled',
    revoked: 'Revoked',
    ready: 'Ready',
    waiting: '{ready} of {all} clips loaded',
    clock: 'Clock not trusted',
    muted: 'Volume 0',
    since: 'since {time}',
    apiDocs: 'API documents',
    reasons: {
      preempted: 'gave way to something more urgent',
      clockNotTrusted: 'clock not trusted',
      clipMissing: 'clip missing',
      muted: 'muted',
      outsideWindow: 'outside its windows',
      interrupted: 'power or program lost',
      boxOff: 'box was off',
      planLate: 'plan came late',
      withdrawn: 'clip withdrawn',
      soundFault: 'sound device fault',
      decodeFault: 'clip not readable',
    },
  },
};

/** Remembered across visits where the browser lets us. */
export function savedLanguage() {
  try {
    return localStorage.getItem('loaban.language') === 'en' ? 'en' : 'vi';
  } catch {
    return 'vi'; // storage is closed to us: nothing is remembered
  }
}

export function saveLanguage(language) {
  try {
    localStorage.setItem('loaban.language', language);
  } catch {
    // storage is closed to us: the choice holds for this visit
  }
}

/** Fills `{name}`s of a text. */
export function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (_whole, name) => String(values[name] ?? ''));
}
