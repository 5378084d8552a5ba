// Small helpers of the page. Values come from the server as text; nothing here makes HTML of them.
window.pwLink = (value, opens, kept) => {
  const text = value ?? '';
  if (!text) return '';
  const link = document.createElement('a');
  const [path, own] = opens.split('?');
  const query = [own && own.replace('{}', encodeURIComponent(text)), kept.split('?')[1]].filter(Boolean).join('&');
  link.href = path.replace('{}', encodeURIComponent(text)) + (query ? '?' + query : '');
  link.textContent = text;
  return link;
};
document.addEventListener('keydown', (event) => {
  const typing = /INPUT|TEXTAREA|SELECT/.test(document.activeElement?.tagName ?? '') || document.activeElement?.isContentEditable;
  if (event.key === '/' && !typing) { event.preventDefault(); document.getElementById('pw-search')?.focus(); }
});
