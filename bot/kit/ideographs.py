"""Which letters are Chinese, and the usual place of those that Unicode or GBK has at several: data, no I/O."""

# The inside of a class of a regular expression: numbers such as 〇 and 〡, radicals, strokes, unified and compatibility
# ideographs, the places of private use where fonts keep rare letters, both planes of ideographs (a letter there may be
# younger than the Unicode of this Python), and the marks behind a letter that choose a variant of it.
CHINESE = (
    r"\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3038-\u303b\u31c0-\u31ef\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    r"\ue000-\uf8ff\U000f0000-\U000ffffd\U00100000-\U0010fffd\U00020000-\U0003fffd\ufe00-\ufe02\U000e0100-\U000e01ef"
)
# These marks, those of emoji and those of Mongolian: they say how a letter looks, not which one it is.
VARIANTS = r"\ufe00-\ufe0f\U000e0100-\U000e01ef\u180b-\u180d\u180f"

# Equivalent_Unified_Ideograph of the Unicode Character Database for the supplement of radicals (U+2E80 to U+2EF3) and
# the strokes (U+31C0 to U+31E3), each before its letter: NFKC knows the Kangxi radicals and two of these alone.
_PAIRS = (
    "⺁厂⺂乛⺃乚⺄乙⺅亻⺆冂⺇𠘨⺈刀⺉刂⺊卜⺋㔾⺌小⺍小⺎兀⺏尣⺐尢⺑𡯂⺒巳⺓幺⺔彑⺕彐⺖忄⺗心⺘扌⺙攵⺛旡⺜日"
    "⺝月⺞歺⺟母⺠民⺡氵⺢氺⺣灬⺤爫⺥爫⺦丬⺧牛⺨犭⺩王⺪𤴔⺫目⺬示⺭礻⺮𥫗⺯糹⺰纟⺱罓⺲罒⺳㓁⺴冗⺵𦉫⺶羊⺷𦍌"
    "⺸𦍋⺹耂⺺肀⺻聿⺼肉⺽𦥑⺾艹⺿艹⻀艹⻁虎⻂衤⻃覀⻄西⻅见⻆角⻇𧢲⻈讠⻉贝⻊𧾷⻋车⻌辶⻍辶⻎辶⻏邑⻐钅⻑長⻒镸"
    "⻓长⻔门⻕𨸏⻖阝⻗雨⻘青⻙韦⻚页⻛风⻜飞⻝食⻞𩙿⻟飠⻠饣⻡𩠐⻢马⻣骨⻤鬼⻥鱼⻦鸟⻧卤⻨麦⻩黄⻪黾⻫斉⻬齐⻭歯"
    "⻮齿⻯竜⻰龙⻱龜⻲亀⻳龟㇆𠃌㇏乀㇐一㇑丨㇒丿㇓丿㇔丶㇕𠃍㇖乛㇗𠃊㇘𠃎㇙𠄌㇚亅㇛𡿨㇜𠃋㇝乀㇞𠃑㇟乚㇠乙㇡𠄎"
)
RADICALS = dict(zip(_PAIRS[::2], _PAIRS[1::2], strict=True))

# GBK had 80 letters (FE50 to FEA0) at private places, from U+E815 on; here is what GB 18030 has there in their order.
# Some of them were private in its edition of 2000 still, and what was typed then keeps them all.
_OF_GBK = (
    "⺁𠂇𠂉𠃌⺄㑳㑇⺈⺋龴㖞㘚㘎⺌⺗㥮㤘龵㧏㧟㩳㧐龶龷㭎㱮㳠⺧𡗗龸⺪䁖䅟⺮䌷⺳⺶⺷𢦏䎱"
    "䎬⺻䏝䓖䙡䙌龹䜣䜩䝼䞍⻊䥇䥺䥽䦂䦃䦅䦆䦟䦛䦷䦶龺𤇾䲣䲟䲠䲡䱷䲢䴓䴔䴕䴖䴗䴘䴙䶮龻"
)
PRIVATE = {chr(0xE815 + at): letter for at, letter in enumerate(_OF_GBK)} | {"\ue7c7": "ḿ", "\ue7c8": "ǹ"}
