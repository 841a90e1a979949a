//! What the demo bureau's people found in the rounds that are asked for now: the faults on the board, each where and
//! how it was noted, and the one dispute.

use shared::domain::answer::{Answer, Condition};
use shared::ids::{ItemId, StationCode, TemplateId};

/// One thing that was found.
#[derive(Debug, Clone)]
pub struct Finding {
    /// The line.
    pub item: &'static str,
    /// What was answered.
    pub answer: Answer,
    /// The fault chip, as the template has it in Chinese.
    pub fault: &'static str,
    /// The note.
    pub note: &'static str,
}

/// The line on which two officers disagree: 舷外机.
pub const DISPUTED_ITEM: &str = "F06";

const FAULT: Answer = Answer::Condition(Condition::Fault);
const MISSING: Answer = Answer::Condition(Condition::Missing);

/// Station, checklist, and what was found there.
const FINDINGS: [(&str, &str, Finding); 9] = [
    (
        "tianhe",
        "flood-departure",
        finding("F14", Answer::Number(45_000), "", "充电座接触不良，已换备用充电器补电"),
    ),
    ("yafu", "flood-departure", finding("F09", FAULT, "启动困难", "拉绳十余次未着火，疑火花塞积碳")),
    (
        "fenghuangshan",
        "flood-departure",
        finding("F12", FAULT, "水带破洞", "二号水带接口处有约 2 厘米破口，已单独存放"),
    ),
    ("huanglu", "flood-departure", finding("F03", MISSING, "浮索缺失", "上次演练后浮索未归位，正在查找")),
    (
        "tongyang",
        "flood-departure",
        finding("F17", Answer::Number(2_000), "", "两块电池循环次数超限，已停用"),
    ),
    ("huailin", "pre-duty", finding("P12", FAULT, "时间不准", "开机时间慢 8 小时，已送采集站校时")),
    ("woniushan", "pre-duty", finding("P11", FAULT, "电池鼓包", "电池鼓包，已停用并单独存放")),
    ("yinping", "kit-maintenance", finding("P03", FAULT, "已过有效期", "罐体有效期已过，已收回，待换发")),
    ("xiage", "kit-maintenance", finding("P05", MISSING, "不成对", "处警时遗失左手一只，待补领")),
];

const fn finding(item: &'static str, answer: Answer, fault: &'static str, note: &'static str) -> Finding {
    Finding { item, answer, fault, note }
}

/// What was found at a station with a checklist.
pub fn of(station: &StationCode, template: &TemplateId) -> Vec<Finding> {
    let here = FINDINGS.into_iter().filter(|(at, by, _)| *at == station.as_str() && *by == template.as_str());
    here.map(|(_, _, finding)| finding).collect()
}

/// The two answers that disagree.
pub fn dispute() -> [Finding; 2] {
    [
        finding(DISPUTED_ITEM, Answer::Condition(Condition::Ok), "", "岸边试机一分钟，运转正常"),
        finding(DISPUTED_ITEM, FAULT, "出水口无水", "下水试机两次，冷却出水口均无水，不能用"),
    ]
}

impl Finding {
    /// The line.
    pub fn item_id(&self) -> ItemId {
        ItemId::parse(self.item).expect("a literal")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content;

    fn check(template: &str, finding: &Finding) {
        let template = content::templates().into_iter().find(|t| t.id.as_str() == template).expect(template);
        let item = template.item(&finding.item_id()).expect(finding.item);
        assert!(
            finding.fault.is_empty() || item.faults.iter().any(|fault| fault.zh == finding.fault),
            "{finding:?}"
        );
    }

    #[test]
    fn every_finding_is_on_a_line_with_a_chip_of_it() {
        for (_, template, finding) in &FINDINGS {
            check(template, finding);
            assert!(finding.answer.is_adverse() || matches!(finding.answer, Answer::Number(_)));
        }
        dispute().iter().for_each(|finding| check("flood-departure", finding));
    }
}
