"""Official papers: numbers, what they said when issued, their look (Nghị định 30/2020)."""
