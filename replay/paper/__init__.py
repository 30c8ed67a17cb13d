"""A transcript on paper: HTML with the base install, PDF and XLSX with the extra `report`.

Each printer has one function, `render(paper, langs) -> bytes`: the same transcript gives the same
bytes on every machine and in every year. None of them decides what stands in it.
"""
