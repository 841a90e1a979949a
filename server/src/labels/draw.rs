//! The page of labels and its style sheet. No inline styles, as the policy asks: places and sizes are classes in a sheet
//! that is made for the format and the offset.

use std::fmt::Write as _;

use qrcode::types::{Color, QrError};
use qrcode::{EcLevel, QrCode};

use super::{Format, Job, Offset, Sticker};

/// Modules of white around a code (ISO/IEC 18004).
const QUIET: usize = 4;

/// The page.
pub fn page(job: &Job, style: &str, script: &str) -> String {
    let format = &job.format;
    let count = if job.is_test { format.places() as usize } else { job.stickers.len() };
    let per_page = format.places() as usize;
    let skipped = if job.is_test { 0 } else { job.skipped as usize % per_page };
    let mut sheets = String::new();
    let mut next = 0;
    while next < count {
        let first = if next == 0 { skipped } else { 0 };
        sheets.push_str("<section class=\"sheet\">");
        for place in first..per_page.min(first + count - next) {
            let content = match job.stickers.get(next) {
                Some(sticker) if !job.is_test => sticker_html(sticker),
                _ => ruler(format),
            };
            let _ = write!(sheets, "<article class=\"label p{place}\">{content}</article>");
            next += 1;
        }
        sheets.push_str("</section>\n");
    }
    let (width, height) = format.page;
    let hint_zh = format!(
        "纸张选 {} × {} 毫米，缩放 100 %，边距“无”，不要页眉页脚。先在普通纸上试印。",
        short(width),
        short(height)
    );
    let hint_en = format!(
        "Choose paper of {} x {} mm, scale 100 %, margins “none”, no headers. Try plain paper first.",
        short(width),
        short(height)
    );
    document(
        style,
        &format!(
            "<header class=\"bar\"><div><p>{}</p><p lang=\"en\">{}</p></div>\
             <button id=\"print\" type=\"button\">打印 <span lang=\"en\">Print</span></button></header>\n\
             <main>{sheets}</main>\n<script src=\"{}\"></script>",
            escape(&hint_zh),
            escape(&hint_en),
            escape(script)
        ),
    )
}

/// A page that says why there are no labels.
pub fn sorry(zh: &str, en: &str, style: &str) -> String {
    let body = format!(
        "<main class=\"sorry\"><p>{}</p><p lang=\"en\">{}</p><p><a href=\"/labels\">点验 Muster</a></p></main>",
        escape(zh),
        escape(en)
    );
    document(style, &body)
}

fn document(style: &str, body: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"zh-CN\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>标签 Labels</title>\n<link rel=\"stylesheet\" href=\"{}\">\n</head>\n<body>\n{body}\n</body>\n</html>\n",
        escape(style)
    )
}

fn sticker_html(sticker: &Sticker) -> String {
    let picture = picture(&sticker.text).unwrap_or_default();
    let mut html = format!("{picture}<div class=\"words\"><b>{}</b>", escape(&sticker.name.zh));
    if !sticker.name.en.is_empty() {
        let _ = write!(html, "<i lang=\"en\">{}</i>", escape(&sticker.name.en));
    }
    let _ = write!(
        html,
        "<strong>{}</strong><span>{}</span><span>{}</span></div>",
        escape(&sticker.code),
        escape(&sticker.serial),
        escape(sticker.station.text(false))
    );
    html
}

/// A QR code as one path: a run of dark modules is one bar.
///
/// # Errors
/// When the text is too long for any code.
fn picture(text: &str) -> Result<String, QrError> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M)?;
    let side = code.width();
    let mut path = String::new();
    for (y, row) in code.to_colors().chunks(side).enumerate() {
        let mut x = 0;
        for run in row.chunk_by(|a, b| a == b) {
            if run.first() == Some(&Color::Dark) {
                let length = run.len();
                let _ = write!(path, "M{} {}h{length}v1h-{length}z", x + QUIET, y + QUIET);
            }
            x += run.len();
        }
    }
    let size = side + 2 * QUIET;
    Ok(format!(
        "<svg class=\"code\" viewBox=\"0 0 {size} {size}\" shape-rendering=\"crispEdges\" role=\"img\" \
         aria-label=\"QR\"><path d=\"{path}\"/></svg>"
    ))
}

/// A frame one millimetre inside the label, with a scale on two sides: how far it is from the edge is how far the printer
/// is off.
fn ruler(format: &Format) -> String {
    let (width, height) = format.label;
    let mut path = format!("M100 100H{}V{}H100z", width - 100, height - 100);
    for at in (100..=width - 100).step_by(100) {
        let length = if (at / 100) % 5 == 0 { 200 } else { 100 };
        let _ = write!(path, "M{at} 100v{length}");
    }
    for at in (100..=height - 100).step_by(100) {
        let length = if (at / 100) % 5 == 0 { 200 } else { 100 };
        let _ = write!(path, "M100 {at}h{length}");
    }
    format!(
        "<svg class=\"ruler\" viewBox=\"0 0 {width} {height}\" aria-hidden=\"true\"><path d=\"{path}\"/></svg>\
         <p class=\"size\">{} × {} mm<br>框距边 1 mm <span lang=\"en\">frame 1 mm inside</span></p>",
        short(width),
        short(height)
    )
}

/// The style sheet of a format, moved by an offset.
pub fn style(format: &Format, offset: Offset) -> String {
    let ((page_width, page_height), (width, height)) = (format.page, format.label);
    let pad = if height < 2_500 { 100 } else { 150 };
    let code = (height - 2 * pad).min(width * 44 / 100);
    // Five lines beside the code, as large as they fit.
    let text = ((height - 2 * pad) / 7).min((width - code - 2 * pad) / 9);
    let mut css = format!(
        "@page {{ size: {} {}; margin: 0; }}\n\
         * {{ box-sizing: border-box; margin: 0; }}\n\
         body {{ background: #fff; color: #000; font-family: -apple-system, \"PingFang SC\", \"HarmonyOS Sans SC\", MiSans, \
         \"Noto Sans CJK SC\", \"Microsoft YaHei\", sans-serif; }}\n\
         .sheet {{ position: relative; width: {0}; height: {1}; overflow: hidden; break-after: page; background: #fff; }}\n\
         .sheet:last-child {{ break-after: auto; }}\n\
         .label {{ position: absolute; display: flex; gap: {}; width: {}; height: {}; padding: {}; overflow: hidden; }}\n\
         .code {{ flex: none; width: {}; height: {}; align-self: center; }}\n\
         .words {{ flex: 1; min-width: 0; display: flex; flex-direction: column; justify-content: center; font-size: {}; \
         line-height: 1.25; overflow-wrap: anywhere; }}\n\
         .words b, .words strong {{ font-size: 1.2em; line-height: 1.2; }}\n\
         .words strong {{ font-variant-numeric: tabular-nums; white-space: nowrap; }}\n\
         .words i {{ font-style: normal; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }}\n\
         .ruler {{ position: absolute; inset: 0; width: 100%; height: 100%; }}\n\
         .ruler path {{ fill: none; stroke: #000; stroke-width: 15; }}\n\
         .size {{ margin: auto; font-size: {}; text-align: center; }}\n\
         .bar {{ display: flex; flex-wrap: wrap; gap: 12px; align-items: center; padding: 12px 16px; border-bottom: 1px solid #5d6b7c; \
         font-size: 16px; line-height: 1.5; }}\n\
         .bar div {{ flex: 1 1 260px; }}\n\
         .bar button {{ min-height: 56px; padding: 0 24px; border: 0; border-radius: 12px; background: #0f2f5f; color: #fff; \
         font: inherit; font-weight: 600; }}\n\
         .sorry {{ max-width: 560px; margin: 10vh auto; padding: 16px; font-size: 18px; line-height: 1.6; display: grid; gap: 12px; }}\n\
         .sorry a {{ color: #0f2f5f; display: inline-block; padding: 12px 0; }}\n\
         @media screen {{ main {{ overflow-x: auto; }} .sheet {{ margin: 16px auto; outline: 1px solid #5d6b7c; }} \
         .label {{ outline: 1px dashed #c5cdd8; }} }}\n\
         @media print {{ .bar {{ display: none; }} }}\n",
        mm(page_width),
        mm(page_height),
        mm(pad),
        mm(width),
        mm(height),
        mm(pad),
        mm(code),
        mm(code),
        mm(text),
        mm(text.min(250)),
    );
    for (place, (x, y)) in format.corners().enumerate() {
        let _ = writeln!(css, ".p{place} {{ left: {}; top: {}; }}", mm(x + offset.dx), mm(y + offset.dy));
    }
    css
}

fn mm(hundredths: i32) -> String {
    let sign = if hundredths < 0 { "-" } else { "" };
    format!("{sign}{}.{:02}mm", hundredths.abs() / 100, hundredths.abs() % 100)
}

/// A length as people write it.
fn short(hundredths: i32) -> String {
    let (whole, part) = (hundredths / 100, hundredths % 100);
    if part == 0 {
        whole.to_string()
    } else {
        format!("{whole}.{:02}", part).trim_end_matches('0').to_owned()
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use shared::domain::Label;

    use super::*;

    fn sticker(n: usize) -> Sticker {
        Sticker {
            text: format!("MU1/zhongmiao/ZM-P03-{n:02}"),
            code: "179 779 520".into(),
            name: Label::new("催泪<喷射器>", "OC \"spray\" & co"),
            serial: "CL-1".into(),
            station: Label::new("中庙所", "Zhongmiao"),
        }
    }

    fn job(word: &str, count: usize, skipped: u32) -> Job {
        Job {
            format: Format::named(word).unwrap(),
            offset: Offset::default(),
            skipped,
            stickers: (0..count).map(sticker).collect(),
            is_test: false,
        }
    }

    #[test]
    fn a_sheet_that_is_begun_is_filled_up_first() {
        let html = page(&job("a4-24", 25, 22), "s", "p");
        assert_eq!(html.matches("class=\"sheet\"").count(), 2);
        assert_eq!(html.matches("class=\"label p22\"").count(), 2, "on both sheets");
        assert_eq!(html.matches("class=\"label ").count(), 25);
        let first = html.split("</section>").next().unwrap();
        assert_eq!(first.matches("class=\"label ").count(), 2);
        for (word, sheets) in [("62x29", 3), ("40x30", 3), ("a4-65", 1)] {
            assert_eq!(page(&job(word, 3, 0), "s", "p").matches("class=\"sheet\"").count(), sheets, "{word}");
        }
    }

    #[test]
    fn what_a_label_says_is_text_and_nothing_else() {
        let html = page(&job("62x29", 1, 0), "/x?a=1&b=2", "p");
        assert!(
            html.contains("催泪&lt;喷射器&gt;") && html.contains("OC &quot;spray&quot; &amp; co"),
            "{html}"
        );
        assert!(html.contains("/x?a=1&amp;b=2") && !html.contains("style="), "{html}");
    }

    #[test]
    fn an_offset_moves_every_label() {
        let format = Format::named("a4-65").unwrap();
        let css = style(&format, Offset { dx: -50, dy: 125 });
        assert!(css.contains(".p0 { left: 4.25mm; top: 11.95mm; }"), "{css}");
        assert!(css.contains("size: 210.00mm 297.00mm"), "{css}");
        let roll = style(&Format::named("62x29").unwrap(), Offset { dx: -50, dy: 0 });
        assert!(roll.contains(".p0 { left: -0.50mm; top: 0.00mm; }"), "{roll}");
    }

    #[test]
    fn a_test_print_has_a_frame_for_every_place() {
        let html = page(&Job { is_test: true, stickers: Vec::new(), ..job("a4-65", 0, 7) }, "s", "p");
        assert_eq!(html.matches("class=\"ruler\"").count(), 65);
    }

    #[test]
    fn the_longest_ids_still_make_a_picture() {
        let long = "x".repeat(64);
        assert!(picture(&format!("MU1/{long}/{long}")).is_ok());
    }
}
